import * as z from 'zod';
import { defineOperation } from './contract.ts';
import { webhookAnswer, webhookBodyBytes } from './webhook-answer.ts';

/**
 * Where GitHub tells of pushes. 202 when something comes of it, 200 when not. Needs no token of ours: the delivery proves
 * itself, and is refused with 401 otherwise.
 */
export const receiveGithubWebhook = defineOperation({
  operation: 'receive-github-webhook',
  method: 'POST',
  path: '/v1/webhooks/github',
  permission: 'public',
  summary: 'Take a delivery of a GitHub webhook',
  params: z.object({}),
  query: z.object({}),
  body: 'raw',
  bodyLimitBytes: webhookBodyBytes,
  answer: webhookAnswer,
  statuses: [202, 200],
});
