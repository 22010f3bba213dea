import { receiveGitlabWebhook as contract } from '#schemas/api/receive-gitlab-webhook.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { receiveDelivery } from '#usecases/receive-delivery.ts';

export const handler = apiHandler(contract, async ({ bytes, headers, caller }, deps) => {
  const answer = await receiveDelivery(deps, { provider: 'gitlab', headers, body: bytes }, caller);
  return { status: answer.decision === 'accepted' ? 202 : 200, body: answer };
});
