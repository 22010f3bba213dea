import * as z from 'zod';
import { pageOf } from './page-of.ts';
import type { Tree } from './query-protocol.ts';
import { Arn, Entries, invalid, parse, topicArn, TopicName } from './sns-input.ts';
import type { SnsStore, Topic } from './sns-store.ts';

export type SnsOperation = (input: Record<string, unknown>) => Tree | undefined;

export function topicOperations(store: SnsStore): Readonly<Record<string, SnsOperation>> {
  return {
    CreateTopic(input) {
      const { Name, Attributes } = parse(z.strictObject({ Name: TopicName, Attributes: Entries }), input);
      const arn = topicArn(Name);
      for (const name of Object.keys(Attributes)) checkAttribute(name);
      const known = store.findTopic(arn);
      const displayName = Attributes['DisplayName'] ?? known?.displayName ?? '';
      if (known && known.displayName !== displayName) {
        throw invalid('Attributes Reason: Topic already exists with different attributes');
      }
      store.putTopic({ arn, displayName });
      return { TopicArn: arn };
    },
    DeleteTopic(input) {
      store.removeTopic(parse(z.strictObject({ TopicArn: Arn }), input).TopicArn);
      return undefined;
    },
    ListTopics(input) {
      const { NextToken } = parse(z.strictObject({ NextToken: z.string().optional() }), input);
      const { page, ...next } = pageOf(store.topics(), NextToken);
      return { Topics: { member: page.map(({ arn }) => ({ TopicArn: arn })) }, ...next };
    },
    GetTopicAttributes(input) {
      const topic = store.requireTopic(parse(z.strictObject({ TopicArn: Arn }), input).TopicArn);
      return { Attributes: { entry: attributesOf(topic, store).map(([key, value]) => ({ key, value })) } };
    },
    SetTopicAttributes(input) {
      const request = parse(
        z.strictObject({ TopicArn: Arn, AttributeName: z.string(), AttributeValue: z.string().max(100).default('') }),
        input,
      );
      checkAttribute(request.AttributeName);
      store.putTopic({ ...store.requireTopic(request.TopicArn), displayName: request.AttributeValue });
      return undefined;
    },
  };
}

function checkAttribute(name: string): void {
  if (name !== 'DisplayName')
    throw invalid(`Attributes Reason: the local endpoint does not support ${name} of a topic`);
}

function attributesOf({ arn, displayName }: Topic, store: SnsStore): readonly (readonly [string, string])[] {
  const subscriptions = store.subscriptions(arn);
  const confirmed = subscriptions.filter((subscription) => subscription.confirmed).length;
  return [
    ['TopicArn', arn],
    ['Owner', '000000000000'],
    ['DisplayName', displayName],
    ['SubscriptionsConfirmed', String(confirmed)],
    ['SubscriptionsPending', String(subscriptions.length - confirmed)],
    ['SubscriptionsDeleted', '0'],
  ];
}
