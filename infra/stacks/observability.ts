import { Stack, type StackProps } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { alarms } from '#domain/telemetry/alarms/alarm-catalog.ts';
import type { AlarmRow } from '#domain/telemetry/alarms/alarm.ts';
import { tableShape } from '#schemas/table.ts';
import { DeadLetterQueue } from '../constructs/dead-letter-queue.ts';
import { AlarmTopic } from '../observability/alarm-topic.ts';
import { OperationsDashboard } from '../observability/operations-dashboard.ts';
import { ServiceAlarm } from '../observability/service-alarm.ts';
import { signalMetrics, type Watched } from '../observability/signal-metrics.ts';
import type { Settings } from '../settings.ts';
import type { DataStack } from './data.ts';

interface ObservabilityStackProps extends StackProps {
  readonly settings: Settings;
  readonly data: DataStack;
}

/** In the checkout, where no setting says where it is read. */
const runbookFile = 'docs/runbook.md';

/** What operators see: the dashboard, and the alarms with where they go. Made last: it looks at everything that is there. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { settings, data, ...props }: ObservabilityStackProps) {
    super(scope, id, props);
    const watched: Watched = {
      place: this,
      tableName: data.table.tableName,
      indexNames: tableShape.indexes.map(({ name }) => name),
      ...everythingIn(this.node.root),
    };
    const runbook = settings.runbookUrl ?? runbookFile;
    const topics = {
      page: new AlarmTopic(this, 'page', settings.pages).topic,
      ticket: new AlarmTopic(this, 'ticket', settings.tickets).topic,
    };
    const made = new Map<string, ServiceAlarm>();
    // Those that silence others come first.
    const inOrder: readonly AlarmRow[] = alarms.toSorted(
      (one, two) => (one.quietWhile?.length ?? 0) - (two.quietWhile?.length ?? 0),
    );
    for (const row of inOrder) {
      const parts = signalMetrics(row, watched);
      if (!parts) continue;
      const quietWhile = (row.quietWhile ?? []).map((name) => named(made, name));
      made.set(row.id, new ServiceAlarm(this, { row, parts, topics, quietWhile, runbook }));
    }
    new OperationsDashboard(this, 'Dashboard', {
      watched,
      runbook,
      alarms: alarms.flatMap((row) => made.get(row.id)?.alarm ?? []),
    });
  }
}

function named(made: ReadonlyMap<string, ServiceAlarm>, id: string): ServiceAlarm {
  const found = made.get(id);
  if (!found) throw new Error(`There is no alarm "${id}" that could silence others.`);
  return found;
}

/** Queues and firewall lie in other stacks, wherever something can fail; whoever adds one need not tell of it here. */
function everythingIn(root: Construct['node']['root']): Pick<Watched, 'deadLetterQueues' | 'firewall'> {
  const all = root.node.findAll();
  const queues = all.filter((each) => each instanceof DeadLetterQueue).map(({ queue }: { queue: Queue }) => queue);
  const firewall = all.find((each) => each instanceof CfnWebACL);
  const visibility = firewall?.visibilityConfig;
  return {
    deadLetterQueues: queues.map(({ queueName }) => queueName),
    ...(visibility && 'metricName' in visibility && { firewall: visibility.metricName }),
  };
}
