import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { alarmTopicNames } from '#domain/telemetry/alarms/alarm-names.ts';
import type { Severity } from '#domain/telemetry/alarms/alarm.ts';

/** Where alarms of a severity go, and who hears of them. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, severity: Severity, receiver: string | undefined) {
    super(scope, severity);
    this.topic = new Topic(this, 'Topic', { topicName: alarmTopicNames[severity], enforceSSL: true });
    const { account, partition, region } = Stack.of(this);
    // A topic with a policy of its own has lost the one by which alarms of the account reach it.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:deployment-service-*` },
        },
      }),
    );
    if (receiver === undefined) return;
    this.topic.addSubscription(
      receiver.startsWith('https://') ? new UrlSubscription(receiver) : new EmailSubscription(receiver),
    );
  }
}
