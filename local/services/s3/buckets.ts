import type { DatabaseSync } from 'node:sqlite';
import { emptyAnswer, type S3Operation } from './call.ts';
import { s3Fault } from './fault.ts';
import { childText, parseXml, xmlAnswer } from './xml.ts';

const REGION = 'eu-west-1';

export type Versioning = 'Enabled' | 'Suspended' | undefined;

/** @throws ServiceFault `NoSuchBucket` */
export function requireBucket(store: DatabaseSync, name: string): { readonly versioning: Versioning } {
  const row = store.prepare('SELECT versioning FROM s3_buckets WHERE name = ?').get(name);
  if (!row) throw s3Fault('NoSuchBucket', 'The specified bucket does not exist');
  return { versioning: (row['versioning'] ?? undefined) as Versioning };
}

export const createBucket: S3Operation = ({ store, clock }, { bucket, body }) => {
  if (!/^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw s3Fault('InvalidBucketName', 'The specified bucket is not valid.');
  }
  if (body.byteLength > 0) {
    const configuration = parseXml(body, 'CreateBucketConfiguration');
    if (!configuration) throw s3Fault('MalformedXML', 'The XML you provided was not well-formed.');
    for (const name of Object.keys(configuration)) {
      if (name !== 'LocationConstraint' && !name.startsWith('@_')) {
        throw s3Fault('NotImplemented', `The local endpoint does not support CreateBucketConfiguration.${name}.`);
      }
    }
    const location = childText(configuration, 'LocationConstraint');
    if (location !== undefined && location !== REGION) {
      throw s3Fault(
        'IllegalLocationConstraintException',
        `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      );
    }
  }
  const created = store
    .prepare('INSERT INTO s3_buckets (name, created_ms) VALUES (?, ?) ON CONFLICT DO NOTHING')
    .run(bucket, clock.now());
  if (created.changes === 0) {
    throw s3Fault('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded.');
  }
  return emptyAnswer(200, { location: `/${bucket}` });
};

export const headBucket: S3Operation = ({ store }, { bucket }) => {
  requireBucket(store, bucket);
  return emptyAnswer(200, { 'x-amz-bucket-region': REGION });
};

export const getBucketLocation: S3Operation = ({ store }, { bucket }) => {
  requireBucket(store, bucket);
  return xmlAnswer('LocationConstraint', REGION);
};

export const deleteBucket: S3Operation = ({ store }, { bucket }) => {
  requireBucket(store, bucket);
  const used = store.prepare(
    'SELECT 1 FROM s3_versions WHERE bucket = ?1 UNION ALL SELECT 1 FROM s3_uploads WHERE bucket = ?1 LIMIT 1',
  );
  if (used.get(bucket)) {
    throw s3Fault(
      'BucketNotEmpty',
      'The bucket you tried to delete is not empty: versions, delete markers and open multipart uploads count.',
    );
  }
  store.prepare('DELETE FROM s3_buckets WHERE name = ?').run(bucket);
  return emptyAnswer(204);
};

export const listBuckets: S3Operation = ({ store }, { query }) => {
  const prefix = query.get('prefix') ?? '';
  const rows = store
    .prepare('SELECT name, created_ms FROM s3_buckets ORDER BY name')
    .all()
    .filter((row) => String(row['name']).startsWith(prefix));
  const Bucket = rows.map((row) => ({
    Name: String(row['name']),
    CreationDate: new Date(Number(row['created_ms'])).toISOString(),
  }));
  return xmlAnswer('ListAllMyBucketsResult', {
    Buckets: { Bucket },
    Owner: { ID: '000000000000', DisplayName: 'local' },
    Prefix: prefix || undefined,
  });
};

export const putBucketVersioning: S3Operation = ({ store }, { bucket, body }) => {
  requireBucket(store, bucket);
  const configuration = parseXml(body, 'VersioningConfiguration');
  const status = childText(configuration, 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw s3Fault('MalformedXML', 'VersioningConfiguration.Status must be Enabled or Suspended.');
  }
  if (childText(configuration, 'MfaDelete') === 'Enabled') {
    throw s3Fault('NotImplemented', 'The local endpoint does not support VersioningConfiguration.MfaDelete.');
  }
  store.prepare('UPDATE s3_buckets SET versioning = ? WHERE name = ?').run(status, bucket);
  return emptyAnswer(200);
};

export const getBucketVersioning: S3Operation = ({ store }, { bucket }) =>
  xmlAnswer('VersioningConfiguration', { Status: requireBucket(store, bucket).versioning });
