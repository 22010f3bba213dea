import type { ServiceFault, WireResponse } from './wire.ts';

/** A fault as the AWS JSON protocols carry it: the code in a header and in `__type`, the members beside the message. */
export function jsonFault(fault: ServiceFault, version: '1.0' | '1.1' = '1.0'): WireResponse {
  return {
    status: fault.status,
    headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-errortype': fault.code },
    body: Buffer.from(
      JSON.stringify({ __type: fault.code, message: fault.message, Message: fault.message, ...fault.members }),
    ),
  };
}
