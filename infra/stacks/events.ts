import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus, Rule, Schedule, type EventPattern as RulePattern } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { functionCatalog, functionNameOf, nameOf, type EventPattern } from '#functions/catalog.ts';
import { eventSource } from '#schemas/events/envelope.ts';
import { announcedTypes } from '#schemas/events/notified-events.ts';
import { DeadLetterQueue } from '../constructs/dead-letter-queue.ts';
import { busName, machineArn, projectName, projectNames, topicName } from '../names.ts';
import type { FunctionsStack } from './functions.ts';

interface EventsStackProps extends StackProps {
  readonly functions: FunctionsStack;
}

/** The bus, its archive, and what reacts to events and to the clock. */
export class EventsStack extends Stack {
  constructor(scope: Construct, id: string, { functions, ...props }: EventsStackProps) {
    super(scope, id, props);
    const undelivered = new DeadLetterQueue(this, 'Undelivered');
    const bus = new EventBus(this, 'Bus', {
      eventBusName: busName,
      description: 'What the deployment service has to tell.',
    });
    const archive = bus.archive('Archive', {
      description: 'Every event of the last ninety days; replaying it is safe, consumers dedupe by id.',
      eventPattern: { source: [eventSource] },
      retention: Duration.days(90),
    });
    archive.applyRemovalPolicy(RemovalPolicy.RETAIN);

    // For everybody who wants to hear of deployments and has no place in a service.yaml. Events go out as they are: a
    // subscription filters them by their body.
    const announcements = new Topic(this, 'Announcements', { topicName, enforceSSL: true });
    new Rule(this, 'announce', {
      ruleName: topicName,
      eventBus: bus,
      eventPattern: { source: [eventSource], detailType: [...announcedTypes] },
      targets: [
        new SnsTopic(announcements, {
          deadLetterQueue: undelivered.queue,
          maxEventAge: Duration.hours(2),
          retryAttempts: 100,
        }),
      ],
    });

    for (const row of functionCatalog) {
      const { trigger } = row;
      const ruleName = functionNameOf(row);
      const target = targetOf(functions, nameOf(row), undelivered.queue);
      if (trigger.kind === 'event') {
        new Rule(this, nameOf(row), {
          ruleName,
          // Events of AWS services come on the default bus and nowhere else.
          ...(trigger.pattern.source.includes(eventSource) && { eventBus: bus }),
          eventPattern: this.#patternOf(trigger.pattern),
          targets: [target],
        });
      }
      if (trigger.kind === 'schedule') {
        const schedule = Schedule.rate(Duration.minutes(trigger.everyMinutes));
        new Rule(this, nameOf(row), { ruleName, schedule, targets: [target] });
      }
    }
  }

  #patternOf({ source, 'detail-type': detailType, detail, machines, builds }: EventPattern): RulePattern {
    const own = {
      ...(machines && { stateMachineArn: machines.map((name) => machineArn(this, name)) }),
      ...(builds && { 'project-name': projectNames.map(projectName) }),
    };
    const wanted = { ...detail, ...own };
    return {
      source: [...source],
      detailType: [...detailType],
      ...(Object.keys(wanted).length > 0 && { detail: wanted }),
    };
  }
}

/** Delivery is tried for two hours; after that the sweeps have done the work and the event is for people to look at. */
function targetOf(functions: FunctionsStack, name: string, deadLetterQueue: Queue): LambdaFunction {
  return new LambdaFunction(functions.named(name), {
    deadLetterQueue,
    maxEventAge: Duration.hours(2),
    retryAttempts: 100,
  });
}
