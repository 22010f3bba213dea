import { ServiceFault } from '../../gateway/wire.ts';

/** A request that DynamoDB refuses before or while it looks at the data. */
export const validation = (message: string): ServiceFault => new ServiceFault('ValidationException', message);

export const resourceNotFound = (detail?: string): ServiceFault =>
  new ServiceFault('ResourceNotFoundException', `Requested resource not found${detail ? `: ${detail}` : ''}`);
