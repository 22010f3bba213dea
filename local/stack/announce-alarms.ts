import type { AlarmChange } from '../services/cloudwatch/alarm-change.ts';
import type { LocalEvents } from '../services/events/events.ts';
import type { Sns } from '../services/sns/create-sns.ts';

/** Tells the bus and the topics of an alarm that it changed. Everything is persisted when it returns. */
export function announceAlarms({
  events,
  sns,
}: {
  readonly events: Pick<LocalEvents, 'announce'>;
  readonly sns: Pick<Sns, 'publish'>;
}): (change: AlarmChange) => void {
  return ({ event, topicArns, subject, message }) => {
    events.announce(event);
    for (const topicArn of topicArns) {
      try {
        sns.publish({ topicArn, text: message, subject });
      } catch (error) {
        // An alarm outlives its topic; its state changes all the same.
        console.error(`local cloudwatch: ${subject}: ${topicArn}:`, error);
      }
    }
  };
}
