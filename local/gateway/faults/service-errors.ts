import { ServiceFault } from '../wire.ts';

type Error = readonly [code: string, status: number];

/** How each service says "too many requests" and "our fault". Those that are not here say it in the common way. */
const words: Readonly<Record<string, { readonly throttled?: Error; readonly failed?: Error }>> = {
  dynamodb: { throttled: ['ProvisionedThroughputExceededException', 400], failed: ['InternalServerError', 500] },
  s3: { throttled: ['SlowDown', 503], failed: ['InternalError', 500] },
  lambda: { throttled: ['TooManyRequestsException', 429], failed: ['ServiceException', 500] },
  events: { failed: ['InternalException', 500] },
  kms: { failed: ['KMSInternalException', 500] },
  secretsmanager: { failed: ['InternalServiceError', 500] },
  ssm: { failed: ['InternalServerError', 500] },
  ecs: { failed: ['ServerException', 500] },
  ecr: { failed: ['ServerException', 500] },
  elasticloadbalancing: { throttled: ['Throttling', 400] },
  sts: { throttled: ['Throttling', 400] },
  sns: { throttled: ['Throttled', 429], failed: ['InternalError', 500] },
  ses: { throttled: ['TooManyRequestsException', 429] },
  monitoring: { throttled: ['Throttling', 400], failed: ['InternalServiceFault', 500] },
  logs: { failed: ['ServiceUnavailableException', 503] },
};

/** A fault in the words of a service; the gateway gives it the service's shape. */
export function serviceError(service: string, kind: 'throttled' | 'failed'): ServiceFault {
  const common: Error = kind === 'throttled' ? ['ThrottlingException', 400] : ['InternalFailure', 500];
  const [code, status] = words[service]?.[kind] ?? common;
  return new ServiceFault(code, kind === 'throttled' ? 'Rate exceeded' : 'An injected fault of the service.', {
    status,
  });
}
