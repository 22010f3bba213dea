import * as z from 'zod';
import { invalid, notFound } from './elb-arn.ts';
import { flag, listOf, wholeNumber } from './parse-query.ts';
import type { Action, Records } from './records.ts';

const forwardConfig = z.strictObject({
  TargetGroups: listOf(z.strictObject({ TargetGroupArn: z.string(), Weight: wholeNumber(0, 999).optional() })),
  TargetGroupStickinessConfig: z
    .strictObject({
      Enabled: flag.refine((enabled) => !enabled, 'the local endpoint has no stickiness'),
      DurationSeconds: wholeNumber(1, 604_800).optional(),
    })
    .optional(),
});

export const actionsInput = listOf(
  z.strictObject({
    Type: z.enum(['forward', 'fixed-response'], { error: 'the local endpoint has forward and fixed-response only' }),
    Order: z.string().optional(),
    TargetGroupArn: z.string().optional(),
    ForwardConfig: forwardConfig.optional(),
    FixedResponseConfig: z
      .strictObject({
        StatusCode: wholeNumber(200, 599),
        ContentType: z.string().optional(),
        MessageBody: z.string().max(1024).optional(),
      })
      .optional(),
  }),
);

/** The one action of a listener or rule. */
export function actionOf(records: Records, actions: z.output<typeof actionsInput>): Action {
  const [action, ...more] = actions;
  if (!action || more.length > 0) throw invalid('The local endpoint takes exactly one action');
  if (action.Type === 'fixed-response') {
    const { FixedResponseConfig: answer } = action;
    if (!answer) throw invalid('A fixed-response action must have a FixedResponseConfig');
    const { StatusCode, ContentType = 'text/plain', MessageBody = '' } = answer;
    return { kind: 'fixed', status: StatusCode, contentType: ContentType, body: MessageBody };
  }
  const named = action.ForwardConfig?.TargetGroups ?? [];
  const groups =
    named.length > 0
      ? named.map(({ TargetGroupArn, Weight = 1 }) => ({ arn: TargetGroupArn, weight: Weight }))
      : [{ arn: action.TargetGroupArn ?? '', weight: 1 }];
  if (groups.length > 5) throw invalid('A forward action takes at most 5 target groups');
  for (const { arn } of groups) if (!records.find('target-group', arn)) throw notFound('TargetGroup', arn);
  return { kind: 'forward', groups };
}

/** An action as the service describes it. */
export function describedAction(action: Action) {
  if (action.kind === 'fixed') {
    const { status, contentType, body } = action;
    return {
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: status, ContentType: contentType, MessageBody: body },
    };
  }
  const [first, ...more] = action.groups;
  return {
    Type: 'forward',
    ...(more.length === 0 && { TargetGroupArn: first?.arn }),
    ForwardConfig: {
      TargetGroups: action.groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
      TargetGroupStickinessConfig: { Enabled: false },
    },
  };
}
