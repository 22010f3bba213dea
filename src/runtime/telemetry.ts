import { Logger } from '@aws-lambda-powertools/logger';
import { scrubMember } from '#domain/redaction/scrub-data.ts';
import { Tracer } from '@aws-lambda-powertools/tracer';

/** The one place that knows how logs and spans leave a function. */
export const logger = new Logger({ serviceName: 'deployment-service', jsonReplacerFn: scrubMember });

/** Disabled by Powertools itself wherever there is no X-Ray daemon. */
export const tracer = new Tracer({ serviceName: 'deployment-service', captureHTTPsRequests: false });
