import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { functionCatalog } from '#functions/catalog.ts';

const apiName = 'deployment-service';
const stage = 'v1';

/** A metric of the API as a whole. */
export function apiMetric(metricName: string, statistic: string, period: Duration, label = metricName): Metric {
  return new Metric({
    namespace: 'AWS/ApiGateway',
    metricName,
    dimensionsMap: { ApiName: apiName, Stage: stage },
    statistic,
    period,
    label,
  });
}

/** A metric of one operation. */
export function operationMetric(operation: string, metricName: string, statistic: string, period: Duration): Metric {
  const contract = functionCatalog
    .flatMap(({ trigger }) => (trigger.kind === 'api' ? [trigger.contract] : []))
    .find((each) => each.operation === operation);
  if (!contract) throw new Error(`The catalog has no operation "${operation}".`);
  const Resource = contract.path.slice(`/${stage}`.length);
  return new Metric({
    namespace: 'AWS/ApiGateway',
    metricName,
    dimensionsMap: { ApiName: apiName, Stage: stage, Resource, Method: contract.method },
    statistic,
    period,
    label: operation,
  });
}
