import { ServiceFault } from '../../gateway/wire.ts';

/** Lambda's exceptions by the names and status codes that its API reference gives them. */
export const invalidParameter = (message: string) => new ServiceFault('InvalidParameterValueException', message);

export const malformed = (message: string) => new ServiceFault('ValidationException', message);

export const notFound = (message: string) => new ServiceFault('ResourceNotFoundException', message, { status: 404 });

export const conflict = (message: string) => new ServiceFault('ResourceConflictException', message, { status: 409 });

export const preconditionFailed = (message: string) =>
  new ServiceFault('PreconditionFailedException', message, { status: 412 });

export const tooManyRequests = (message: string) =>
  new ServiceFault('TooManyRequestsException', message, { status: 429 });

export const requestTooLarge = (message: string) =>
  new ServiceFault('RequestTooLargeException', message, { status: 413 });
