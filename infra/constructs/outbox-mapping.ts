import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allow } from '../allow.ts';
import type { ServiceFunction } from './service-function.ts';

interface OutboxMappingProps {
  readonly to: ServiceFunction;
  readonly table: TableV2;
  /** Only rows whose partition key starts so. */
  readonly keyPrefix: string;
}

/** Hands rows to a function as they are inserted. What it cannot publish, the sweep of the outbox publishes later. */
export class OutboxMapping extends Construct {
  constructor(scope: Construct, id: string, { to, table, keyPrefix }: OutboxMappingProps) {
    super(scope, id);
    const stream = table.tableStreamArn;
    if (stream === undefined || !to.failures) throw new Error('The mapping needs a stream and a queue for failures.');
    const read = allow({
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [stream],
    });
    // Lambda insists on it, and it knows no resource.
    const list = allow({ actions: ['dynamodb:ListStreams'], resources: ['*'] });
    for (const statement of [read, list]) to.function.addToRolePolicy(statement);

    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: to.function,
      eventSourceArn: stream,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 50,
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 5,
      onFailure: new SqsDlq(to.failures),
      filters: [
        FilterCriteria.filter({
          eventName: ['INSERT'],
          dynamodb: { Keys: { pk: { S: [{ prefix: keyPrefix }] } } },
        }),
      ],
    });
    // Lambda checks the permissions when the mapping is made.
    if (to.function.role) mapping.node.addDependency(to.function.role);
  }
}
