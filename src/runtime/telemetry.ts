import { Logger } from '@aws-lambda-powertools/logger';
import { scrubMember } from '#domain/redaction/scrub-data.ts';
import { xraySubsegment } from './xray-subsegment.ts';

/** The one place that knows how logs and spans leave a function. */
export const logger = new Logger({ serviceName: 'deployment-service', jsonReplacerFn: scrubMember });

/** Silent wherever there is no X-Ray daemon. */
export const tracing = xraySubsegment('deployment-service');
