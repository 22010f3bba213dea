import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allow } from '../allow.ts';
import { rowFilters } from '#functions/row-filters.ts';
import type { RowPattern } from '#functions/catalog.ts';
import { explainWildcards } from '../wildcards.ts';
import type { ServiceFunction } from './service-function.ts';

interface TableMappingProps {
  readonly to: ServiceFunction;
  readonly table: TableV2;
  /** Which rows, and what happened to them. */
  readonly rows: readonly RowPattern[];
}

/**
 * Hands rows to a function as they are written. What it fails at, a schedule makes up for later. A stream takes two readers and no
 * more, and the service has two.
 */
export class TableMapping extends Construct {
  constructor(scope: Construct, id: string, { to, table, rows }: TableMappingProps) {
    super(scope, id);
    const stream = table.tableStreamArn;
    if (stream === undefined || !to.failures) throw new Error('The mapping needs a stream and a queue for failures.');
    const read = allow({
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [stream],
    });
    // Lambda insists on it, and it knows no resource.
    const list = {
      actions: ['dynamodb:ListStreams'],
      resources: ['*'],
      because: 'IAM knows no resource for listing streams.',
    };
    for (const statement of [read, allow(list)]) to.function.addToRolePolicy(statement);
    if (to.function.role) explainWildcards(to.function.role, list);

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
      filters: rowFilters(rows).map((filter) => FilterCriteria.filter(filter)),
    });
    // Lambda checks the permissions when the mapping is made.
    if (to.function.role) mapping.node.addDependency(to.function.role);
  }
}
