import { randomUUID } from 'node:crypto';
import { ServiceFault, type WireRequest, type WireResponse } from '#local/gateway/wire.ts';
import { xmlAnswer } from './xml.ts';

/** The codes of S3 that this service answers, with their HTTP status. */
const STATUS = {
  AccessDenied: 403,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooSmall: 400,
  IllegalLocationConstraintException: 400,
  IncompleteBody: 400,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  XAmzContentSHA256Mismatch: 400,
} as const;

export type S3Code = keyof typeof STATUS;

/** @param headers further response headers, such as `x-amz-delete-marker` */
export function s3Fault(code: S3Code, message: string, headers: Readonly<Record<string, string>> = {}): ServiceFault {
  return new ServiceFault(code, message, { status: STATUS[code], members: { headers } });
}

/** S3 says its errors in XML; the answer to a HEAD has no body, so that the SDK can only go by the status. */
export function faultAnswer(fault: ServiceFault, request: WireRequest): WireResponse {
  const headers = (fault.members['headers'] ?? {}) as Record<string, string>;
  const code = fault.code === 'RequestEntityTooLargeException' ? 'EntityTooLarge' : fault.code;
  if (request.method === 'HEAD') return { status: fault.status, headers, body: new Uint8Array() };
  const answer = xmlAnswer(
    'Error',
    { Code: code, Message: fault.message, Resource: request.path, RequestId: randomUUID() },
    fault.status,
  );
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
