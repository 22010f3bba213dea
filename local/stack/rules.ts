import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { functionCatalog, nameOf, type EventPattern, type FunctionRow } from '#functions/catalog.ts';
import { projectCatalog } from '#state-machines/catalog.ts';
import { eventSource } from '#schemas/events/envelope.ts';
import { announcedTypes } from '#schemas/events/notified-events.ts';
import { functionArn, machineArn, names, topicArn } from './names.ts';
import type { ClientOptions } from './client-options.ts';

/** A rule for every function that events or the clock trigger, as the stack has them. */
export async function putRules(options: ClientOptions): Promise<void> {
  const client = new EventBridgeClient(options);
  await putAnnouncements(client);
  for (const row of functionCatalog) {
    const rule = ruleOf(row);
    if (!rule) continue;
    await client.send(new PutRuleCommand({ Name: nameOf(row), ...rule }));
    await client.send(
      new PutTargetsCommand({
        Rule: nameOf(row),
        EventBusName: rule.EventBusName,
        Targets: [{ Id: nameOf(row), Arn: functionArn(row) }],
      }),
    );
  }
}

/** What happens to deployments, for everybody who subscribes to the topic. */
async function putAnnouncements(client: EventBridgeClient): Promise<void> {
  const Name = names.topic;
  const pattern = { source: [eventSource], 'detail-type': announcedTypes };
  await client.send(new PutRuleCommand({ Name, EventBusName: names.bus, EventPattern: JSON.stringify(pattern) }));
  await client.send(
    new PutTargetsCommand({ Rule: Name, EventBusName: names.bus, Targets: [{ Id: Name, Arn: topicArn }] }),
  );
}

function ruleOf({ trigger }: FunctionRow) {
  if (trigger.kind === 'schedule') {
    const unit = trigger.everyMinutes === 1 ? 'minute' : 'minutes';
    return { EventBusName: 'default', ScheduleExpression: `rate(${trigger.everyMinutes} ${unit})` };
  }
  if (trigger.kind !== 'event') return undefined;
  return {
    // What AWS services say goes to the default bus.
    EventBusName: trigger.pattern.source.some((source) => source.startsWith('aws.')) ? 'default' : names.bus,
    EventPattern: JSON.stringify(patternOf(trigger.pattern)),
  };
}

function patternOf({ machines, builds, ...pattern }: EventPattern) {
  const own = {
    ...(machines && { stateMachineArn: machines.map(machineArn) }),
    ...(builds && { 'project-name': projectCatalog.map(({ name }) => names.project(name)) }),
  };
  const detail = { ...pattern.detail, ...own };
  return Object.keys(detail).length === 0 ? pattern : { ...pattern, detail };
}
