import { receiveGithubWebhook as contract } from '#schemas/api/receive-github-webhook.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { receiveDelivery } from '#usecases/receive-delivery.ts';

export const handler = apiHandler(contract, async ({ bytes, headers, caller }, deps) => {
  const answer = await receiveDelivery(deps, { provider: 'github', headers, body: bytes }, caller);
  return { status: answer.decision === 'accepted' ? 202 : 200, body: answer };
});
