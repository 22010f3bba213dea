import { createHash } from 'node:crypto';
import type { S3Call, S3Host, S3Operation } from './call.ts';
import { checksumElements, checksumOf, statedChecksum, type Checksum } from './checksum.ts';
import { s3Fault } from './fault.ts';
import { versionHeader } from './find-version.ts';
import { saveVersion } from './save-object.ts';
import { partsOf, requireUpload, type Part, type Upload } from './uploads.ts';
import { children, childText, parseXml, xmlAnswer } from './xml.ts';

/** S3's smallest part, except for the last one. */
const SMALLEST_PART_BYTES = 5 * 1024 * 1024;

/** The parts become the object's segments as they lie: nothing is copied. */
export const completeMultipartUpload: S3Operation = async (host, call) => {
  const { store, files } = host;
  const upload = requireUpload(store, call.bucket, call.key, call.query);
  const uploaded = partsOf(store, upload.id);
  const parts = chosenParts(call.body, upload, uploaded);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const stated = call.headers['x-amz-mp-object-size'];
  if (stated !== undefined && Number(stated) !== size) {
    throw s3Fault('InvalidRequest', `x-amz-mp-object-size is ${stated}, but the parts have ${size} bytes.`);
  }
  const checksum = await checksumOfParts(host, upload, parts);
  checkStated(call, checksum);
  const md5s = Buffer.concat(parts.map((part) => Buffer.from(part.etag.replaceAll('"', ''), 'hex')));
  const version = await saveVersion(
    host,
    call,
    {
      headers: upload.headers,
      etag: `"${createHash('md5').update(md5s).digest('hex')}-${parts.length}"`,
      size,
      checksum,
      segments: parts.map(({ file, size }) => ({ file, size })),
    },
    () => {
      // A part that was replaced or an upload that ended meanwhile: its files are not there to become an object.
      requireUpload(store, call.bucket, call.key, call.query);
      const present = new Set(partsOf(store, upload.id).map((part) => part.file));
      if (parts.some((part) => !present.has(part.file))) throw invalidPart();
      store.prepare('DELETE FROM s3_parts WHERE upload = ?').run(upload.id);
      store.prepare('DELETE FROM s3_uploads WHERE id = ?').run(upload.id);
    },
  );
  await files.remove(uploaded.filter((part) => !parts.includes(part)));
  const answer = xmlAnswer('CompleteMultipartUploadResult', {
    Location: `http://s3.eu-west-1.amazonaws.com/${call.bucket}/${encodeURI(call.key)}`,
    Bucket: call.bucket,
    Key: call.key,
    ETag: version.etag,
    ...checksumElements(version.checksum),
  });
  return { ...answer, headers: { ...answer.headers, ...versionHeader(store, call.bucket, version) } };
};

function chosenParts(body: Uint8Array, upload: Upload, uploaded: readonly Part[]): Part[] {
  const request = parseXml(body, 'CompleteMultipartUpload');
  const listed = request ? children(request, 'Part') : [];
  if (listed.length === 0) throw s3Fault('MalformedXML', 'You must specify at least one part');
  const parts = listed.map((entry) => {
    const number = Number(childText(entry, 'PartNumber'));
    const part = uploaded.find((each) => each.number === number);
    const etag = childText(entry, 'ETag')?.replaceAll('"', '');
    if (!part || part.etag.replaceAll('"', '') !== etag) throw invalidPart();
    const stated = part.checksum && childText(entry, `Checksum${part.checksum.algorithm}`);
    if (stated !== undefined && stated !== part.checksum?.value) throw invalidPart();
    if (stated === undefined && upload.algorithm && upload.checksumType === 'COMPOSITE') {
      const algorithm = upload.algorithm.toLowerCase();
      throw s3Fault(
        'InvalidRequest',
        `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for ` +
          `each part. It was missing for part ${number} in the request.`,
      );
    }
    return part;
  });
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    if (!before) continue;
    if (part.number <= before.number) {
      throw s3Fault(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    }
    if (before.size < SMALLEST_PART_BYTES) {
      throw s3Fault('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
    }
  }
  return parts;
}

async function checksumOfParts(host: S3Host, upload: Upload, parts: readonly Part[]): Promise<Checksum | undefined> {
  const { algorithm, checksumType: type } = upload;
  if (!algorithm || !type) return undefined;
  if (type === 'FULL_OBJECT') {
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    return { algorithm, type, value: checksumOf(algorithm, await host.files.read(parts, 0, size)) };
  }
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part.checksum?.value ?? '', 'base64')));
  return { algorithm, type, value: `${checksumOf(algorithm, joined)}-${parts.length}` };
}

function checkStated(call: S3Call, actual: Checksum | undefined): void {
  const stated = statedChecksum(call.headers);
  const type = call.headers['x-amz-checksum-type'];
  if (type !== undefined && type !== actual?.type) {
    throw s3Fault('InvalidRequest', `The upload was created with the checksum type ${actual?.type ?? 'null'}.`);
  }
  if (!stated) return;
  // S3 compares the plain value of a composite checksum as well as the one with the number of parts behind it.
  if (
    stated.algorithm !== actual?.algorithm ||
    (stated.value !== actual.value && stated.value !== actual.value.split('-')[0])
  ) {
    throw s3Fault('BadDigest', `The ${stated.algorithm} you specified did not match the calculated checksum.`);
  }
}

function invalidPart(): Error {
  return s3Fault(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  );
}
