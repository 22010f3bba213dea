import * as z from 'zod';
import { defineOperation } from './contract.ts';
import { webhookAnswer, webhookBodyBytes } from './webhook-answer.ts';

/**
 * Where GitLab tells of pushes. 202 when something comes of it, 200 when not. Needs no token of ours: the delivery proves
 * itself, and is refused with 401 otherwise.
 */
export const receiveGitlabWebhook = defineOperation({
  operation: 'receive-gitlab-webhook',
  method: 'POST',
  path: '/v1/webhooks/gitlab',
  permission: 'public',
  summary: 'Take a delivery of a GitLab webhook',
  params: z.object({}),
  query: z.object({}),
  body: 'raw',
  bodyLimitBytes: webhookBodyBytes,
  answer: webhookAnswer,
  statuses: [202, 200],
});
