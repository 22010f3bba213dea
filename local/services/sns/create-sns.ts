import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import { ServiceFault, type WireService } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import { openDeliveries, type Deliveries } from './deliveries.ts';
import { compileFilterPolicy } from './filter-policy.ts';
import { MessageAttributeEntries } from './message-attributes.ts';
import { confirmationFor, notificationFor, type Message, type Notification } from './notification.ts';
import { postNotification } from './post-notification.ts';
import { queryAnswer, queryFault, queryInput } from './query-protocol.ts';
import { Arn, invalid, parse } from './sns-input.ts';
import { openSnsStore, type Subscription } from './sns-store.ts';
import { subscriptionOperations } from './subscription-operations.ts';
import { topicOperations, type SnsOperation } from './topic-operations.ts';

export interface Sns extends WireService {
  /**
   * Publishes for another service of this host; persisted when it returns. Answers the message id.
   *
   * @throws ServiceFault `NotFound`
   */
  publish(message: Pick<Message, 'topicArn' | 'text'> & Partial<Pick<Message, 'subject' | 'attributes'>>): string;
  resume(): void;
  idle(): Promise<void>;
  /** What subscribers did not take, with the reason. */
  dead: Deliveries['dead'];
  close(): Promise<void>;
}

const MOST_BYTES = 262_144;

const publishInput = z.strictObject({
  TopicArn: Arn,
  Message: z.string().min(1),
  Subject: z
    .string()
    .regex(/^[\x21-\x7e][\x20-\x7e]{0,99}$/, 'must have 1 to 100 printable ASCII characters and not begin with a space')
    .optional(),
  MessageAttributes: MessageAttributeEntries,
});

/** The local SNS; see `behaviour.md`. */
export function createSns(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** Hands an event to a function's own queue; a rejection is tried again. */
  readonly invoke: (functionArn: string, event: unknown) => Promise<void>;
  /** Where the endpoint listens, for links in messages. */
  readonly endpointUrl: () => string;
}): Sns {
  const { store: database, clock } = options;
  const store = openSnsStore(database);
  const deliver = (notification: Notification): Promise<void> =>
    notification.kind === 'lambda'
      ? options.invoke(notification.functionArn, notification.event)
      : postNotification(notification);
  const deliveries = openDeliveries(database, clock, deliver);

  const publish: Sns['publish'] = ({ topicArn, text, subject, attributes = {} }) => {
    const message = { id: randomUUID(), topicArn, text, subject, attributes, publishedMs: clock.now() };
    transaction(database, () => {
      store.requireTopic(topicArn);
      deliveries.accept(
        store
          .subscriptions(topicArn)
          .filter(({ confirmed, filterPolicy }) => confirmed && wants(filterPolicy, message))
          .flatMap((subscription) => notificationFor(subscription, message) ?? []),
      );
    });
    return message.id;
  };
  const askToConfirm = (subscription: Subscription): void => {
    if (!subscription.protocol.startsWith('http')) return;
    const url = confirmationUrl(options.endpointUrl(), subscription);
    deliveries.accept([confirmationFor(subscription, { id: randomUUID(), publishedMs: clock.now() }, url)]);
  };
  const operations: Readonly<Record<string, SnsOperation>> = {
    ...topicOperations(store),
    ...subscriptionOperations(store, askToConfirm),
    Publish(input) {
      const request = parse(publishInput, input);
      if (Buffer.byteLength(request.Message) > MOST_BYTES) throw invalid('Message too long');
      return {
        MessageId: publish({
          topicArn: request.TopicArn,
          text: request.Message,
          subject: request.Subject,
          attributes: request.MessageAttributes,
        }),
      };
    },
  };

  return {
    name: 'sns',
    fault: queryFault,
    async handle(request) {
      const parameters = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
      // A link in a message has everything in its query.
      const given = parameters.has('Action') ? parameters : request.query;
      const action = given.get('Action') ?? '(none named)';
      const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
      if (!operation) throw new ServiceFault('InvalidAction', `The local endpoint has no operation ${action} of SNS.`);
      return queryAnswer(action, operation(queryInput(given)));
    },
    publish,
    resume: () => deliveries.resume(),
    idle: () => deliveries.idle(),
    dead: () => deliveries.dead(),
    close: () => deliveries.close(),
  };
}

function wants(filterPolicy: string | undefined, { attributes }: Message): boolean {
  return filterPolicy === undefined || compileFilterPolicy(filterPolicy)(attributes);
}

/** Opened in a browser it is unsigned: the credential tells the endpoint which service is meant. */
function confirmationUrl(endpoint: string, { topicArn, token }: Subscription): string {
  const query = new URLSearchParams({
    Action: 'ConfirmSubscription',
    TopicArn: topicArn,
    Token: token,
    'X-Amz-Credential': 'local/20260101/eu-west-1/sns/aws4_request',
  });
  return `${endpoint}/?${query.toString()}`;
}
