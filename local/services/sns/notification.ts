import type { Subscription } from './sns-store.ts';
import type { MessageAttributes } from './message-attributes.ts';

export interface Message {
  readonly id: string;
  readonly topicArn: string;
  readonly subject: string | undefined;
  readonly text: string;
  readonly attributes: MessageAttributes;
  readonly publishedMs: number;
}

/** What goes to one subscriber. */
export type Notification =
  | { readonly kind: 'lambda'; readonly functionArn: string; readonly event: unknown }
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };

/** Undefined for a subscriber that nothing is delivered to, such as an email address. */
export function notificationFor(subscription: Subscription, message: Message): Notification | undefined {
  switch (subscription.protocol) {
    case 'lambda':
      return {
        kind: 'lambda',
        functionArn: subscription.endpoint,
        event: {
          Records: [
            {
              EventSource: 'aws:sns',
              EventVersion: '1.0',
              EventSubscriptionArn: subscription.arn,
              Sns: { ...document(message), Subject: message.subject ?? null, MessageAttributes: shown(message) },
            },
          ],
        },
      };
    case 'http':
    case 'https':
      return {
        kind: 'http',
        url: subscription.endpoint,
        headers: {
          ...headersOf('Notification', message.id, subscription.topicArn),
          'x-amz-sns-subscription-arn': subscription.arn,
          ...(subscription.raw && { 'x-amz-sns-rawdelivery': 'true' }),
        },
        body: subscription.raw
          ? message.text
          : JSON.stringify({
              ...document(message),
              ...(Object.keys(message.attributes).length > 0 && { MessageAttributes: shown(message) }),
            }),
      };
    case 'email':
    case 'email-json':
      return undefined;
  }
}

/** Asks an HTTP endpoint whether it wants what the topic says. */
export function confirmationFor(
  subscription: Subscription,
  message: Pick<Message, 'id' | 'publishedMs'>,
  subscribeUrl: string,
): Notification {
  return {
    kind: 'http',
    url: subscription.endpoint,
    headers: headersOf('SubscriptionConfirmation', message.id, subscription.topicArn),
    body: JSON.stringify({
      Type: 'SubscriptionConfirmation',
      MessageId: message.id,
      Token: subscription.token,
      TopicArn: subscription.topicArn,
      Message: `You have chosen to subscribe to the topic ${subscription.topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
      SubscribeURL: subscribeUrl,
      Timestamp: new Date(message.publishedMs).toISOString(),
    }),
  };
}

function document({ id, topicArn, subject, text, publishedMs }: Message) {
  return {
    Type: 'Notification',
    MessageId: id,
    TopicArn: topicArn,
    ...(subject !== undefined && { Subject: subject }),
    Message: text,
    Timestamp: new Date(publishedMs).toISOString(),
  };
}

function shown({ attributes }: Message) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, value }]) => [name, { Type: type, Value: value }]),
  );
}

function headersOf(type: string, messageId: string, topicArn: string): Record<string, string> {
  return {
    'content-type': 'text/plain; charset=UTF-8',
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topicArn,
  };
}
