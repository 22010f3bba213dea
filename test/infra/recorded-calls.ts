/** A call as the local gateway records it: `<function> <service> <operation> <resource>`. */
export interface RecordedCall {
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  /** First part of an object's key; `-` for what is not about one. */
  readonly resource: string;
}

/** Of any file that calls were appended to; lines may be there twice. */
export function readCalls(text: string): readonly RecordedCall[] {
  return [...new Set(text.split('\n').filter(Boolean))].map((line) => {
    const [caller = '', service = '', operation = '', resource = '-'] = line.split(' ');
    return { caller, service, operation, resource };
  });
}

/** How IAM calls what is called otherwise on the wire. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  'dynamodb TransactWriteItems/Put': ['PutItem'],
  'dynamodb TransactWriteItems/Update': ['UpdateItem'],
  'dynamodb TransactWriteItems/Delete': ['DeleteItem'],
  'dynamodb TransactWriteItems/ConditionCheck': ['ConditionCheckItem'],
  'dynamodb TransactGetItems': ['GetItem'],
  's3 HeadObject': ['GetObject'],
  's3 ListObjectsV2': ['ListBucket'],
  's3 HeadBucket': ['ListBucket'],
  's3 CopyObject/from': ['GetObject'],
  's3 CopyObject/to': ['PutObject'],
  's3 DeleteObjects': ['DeleteObject'],
  's3 CreateMultipartUpload': ['PutObject'],
  's3 UploadPart': ['PutObject'],
  's3 CompleteMultipartUpload': ['PutObject'],
  'lambda GET:/2015-03-31/functions/*': ['GetFunction'],
  'lambda GET:/2015-03-31/functions/*/configuration': ['GetFunctionConfiguration'],
  'lambda PUT:/2015-03-31/functions/*/configuration': ['UpdateFunctionConfiguration'],
  'lambda PUT:/2015-03-31/functions/*/code': ['UpdateFunctionCode'],
  'lambda POST:/2015-03-31/functions/*/versions': ['PublishVersion'],
  'lambda GET:/2015-03-31/functions/*/aliases/*': ['GetAlias'],
  'lambda PUT:/2015-03-31/functions/*/aliases/*': ['UpdateAlias'],
  'lambda POST:/2015-03-31/functions/*/invocations': ['InvokeFunction'],
  'ses POST:/v2/email/outbound-emails': ['SendEmail'],
};

/** Services whose name in a signature is not their prefix in IAM. */
const prefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/**
 * What IAM has to allow for a call.
 *
 * @throws Error for a route that no action is known for: it belongs in the table above
 */
export function actionsFor({ service, operation }: RecordedCall): readonly string[] {
  const names = otherNames[`${service} ${operation}`] ?? [operation];
  const unknown = names.find((name) => !/^[A-Z][A-Za-z]+$/.test(name));
  if (unknown !== undefined) throw new Error(`Which action does IAM want for "${service} ${unknown}"?`);
  return names.map((name) => `${prefixes[service] ?? service}:${name}`);
}
