import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { functionCatalog, nameOf, type EventPattern, type FunctionRow } from '#functions/catalog.ts';
import { functionArn, machineArn, names } from './names.ts';
import type { ClientOptions } from './client-options.ts';

/** A rule for every function that events or the clock trigger, as the stack has them. */
export async function putRules(options: ClientOptions): Promise<void> {
  const client = new EventBridgeClient(options);
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

function patternOf({ machine, ...pattern }: EventPattern) {
  if (machine === undefined) return pattern;
  return { ...pattern, detail: { ...pattern.detail, stateMachineArn: [machineArn(machine)] } };
}
