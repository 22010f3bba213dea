import * as z from 'zod';
import { compileFilterPolicy } from './filter-policy.ts';
import { pageOf } from './page-of.ts';
import type { Tree } from './query-protocol.ts';
import { Arn, Entries, invalid, parse } from './sns-input.ts';
import { PROTOCOLS, type SnsStore, type Subscription } from './sns-store.ts';
import type { SnsOperation } from './topic-operations.ts';

const subscribeInput = z.strictObject({
  TopicArn: Arn,
  Protocol: z.enum(PROTOCOLS, `the local endpoint subscribes ${PROTOCOLS.join(', ')}`),
  Endpoint: z.string().min(1),
  Attributes: Entries,
  ReturnSubscriptionArn: z.enum(['true', 'false']).default('false'),
});
const confirmInput = z.strictObject({
  TopicArn: Arn,
  Token: z.string().min(1),
  AuthenticateOnUnsubscribe: z.string().optional(),
});
const attributeInput = z.strictObject({
  SubscriptionArn: Arn,
  AttributeName: z.string(),
  AttributeValue: z.string().default(''),
});
const reference = z.strictObject({ SubscriptionArn: Arn });
const NextToken = z.string().optional();

export function subscriptionOperations(
  store: SnsStore,
  askToConfirm: (subscription: Subscription) => void,
): Readonly<Record<string, SnsOperation>> {
  const listed = (subscriptions: readonly Subscription[], token: string | undefined): Tree => {
    const { page, ...next } = pageOf(subscriptions, token);
    return { Subscriptions: { member: page.map(shown) }, ...next };
  };
  return {
    Subscribe(input) {
      const request = parse(subscribeInput, input);
      store.requireTopic(request.TopicArn);
      const content = { topicArn: request.TopicArn, protocol: request.Protocol, endpoint: request.Endpoint };
      checkEndpoint(content);
      const known = store
        .subscriptions(content.topicArn)
        .find(({ protocol, endpoint }) => protocol === content.protocol && endpoint === content.endpoint);
      const subscription = Object.entries(request.Attributes).reduce(
        (changed, [name, value]) => withAttribute(changed, name, value),
        known ?? store.newSubscription(content),
      );
      store.putSubscription(subscription);
      if (!subscription.confirmed) askToConfirm(subscription);
      const tells = subscription.confirmed || request.ReturnSubscriptionArn === 'true';
      return { SubscriptionArn: tells ? subscription.arn : 'pending confirmation' };
    },
    ConfirmSubscription(input) {
      const { TopicArn, Token } = parse(confirmInput, input);
      const subscription = store.subscriptions(TopicArn).find(({ token }) => token === Token);
      if (!subscription) throw invalid('Token');
      store.putSubscription({ ...subscription, confirmed: true });
      return { SubscriptionArn: subscription.arn };
    },
    Unsubscribe(input) {
      store.removeSubscription(parse(reference, input).SubscriptionArn);
      return undefined;
    },
    ListSubscriptions(input) {
      return listed(store.subscriptions(), parse(z.strictObject({ NextToken }), input).NextToken);
    },
    ListSubscriptionsByTopic(input) {
      const request = parse(z.strictObject({ TopicArn: Arn, NextToken }), input);
      return listed(store.subscriptions(store.requireTopic(request.TopicArn).arn), request.NextToken);
    },
    GetSubscriptionAttributes(input) {
      const subscription = store.requireSubscription(parse(reference, input).SubscriptionArn);
      return { Attributes: { entry: attributesOf(subscription).map(([key, value]) => ({ key, value })) } };
    },
    SetSubscriptionAttributes(input) {
      const request = parse(attributeInput, input);
      const subscription = store.requireSubscription(request.SubscriptionArn);
      store.putSubscription(withAttribute(subscription, request.AttributeName, request.AttributeValue));
      return undefined;
    },
  };
}

function checkEndpoint({ protocol, endpoint }: Pick<Subscription, 'protocol' | 'endpoint'>): void {
  const shapes = {
    http: /^http:\/\/./,
    https: /^https:\/\/./,
    lambda: /^arn:aws:lambda:[\w-]+:\d{12}:function:./,
    email: /.@./,
    'email-json': /.@./,
  };
  if (!shapes[protocol].test(endpoint)) throw invalid(`Endpoint Reason: ${endpoint} is no endpoint for ${protocol}`);
}

function withAttribute(subscription: Subscription, name: string, value: string): Subscription {
  switch (name) {
    case 'FilterPolicy':
      // An empty policy takes the filter away.
      if (value === '' || value === '{}') return { ...subscription, filterPolicy: undefined };
      compileFilterPolicy(value);
      return { ...subscription, filterPolicy: value };
    case 'FilterPolicyScope':
      if (value === 'MessageAttributes') return subscription;
      throw invalid('FilterPolicyScope Reason: the local endpoint filters by MessageAttributes only');
    case 'RawMessageDelivery':
      if (value !== 'true' && value !== 'false') throw invalid('RawMessageDelivery must be true or false');
      if (!subscription.protocol.startsWith('http')) throw invalid('RawMessageDelivery is for HTTP endpoints here');
      return { ...subscription, raw: value === 'true' };
    default:
      throw invalid(`AttributeName: the local endpoint does not support ${name} of a subscription`);
  }
}

function shown(subscription: Subscription): Tree {
  return {
    SubscriptionArn: subscription.confirmed ? subscription.arn : 'PendingConfirmation',
    Owner: '000000000000',
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    TopicArn: subscription.topicArn,
  };
}

function attributesOf(subscription: Subscription): readonly (readonly [string, string])[] {
  return [
    ['SubscriptionArn', subscription.arn],
    ['TopicArn', subscription.topicArn],
    ['Protocol', subscription.protocol],
    ['Endpoint', subscription.endpoint],
    ['Owner', '000000000000'],
    ['PendingConfirmation', String(!subscription.confirmed)],
    ['RawMessageDelivery', String(subscription.raw)],
    ...(subscription.filterPolicy === undefined
      ? []
      : ([
          ['FilterPolicy', subscription.filterPolicy],
          ['FilterPolicyScope', 'MessageAttributes'],
        ] as const)),
  ];
}
