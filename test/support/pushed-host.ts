import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { WebhookAnswer } from '#schemas/api/webhook-answer.ts';
import { githubDelivery, githubPush, webhookSecret } from './webhook-delivery.ts';
import type { WorkflowHost } from './workflow-host.ts';

/** Gives the service the secret of the webhook, and the one of its repository that the pushes name. */
export async function takePushes(host: WorkflowHost): Promise<void> {
  const client = new SecretsManagerClient(host.client);
  await client.send(
    new CreateSecretCommand({ Name: 'deployment-service/webhooks/github', SecretString: webhookSecret }),
  );
}

type Push = NonNullable<Parameters<typeof githubPush>[0]> & { readonly delivery?: string };

/** Delivers a signed push, as GitHub does, to the function behind the API. */
export async function deliverPush(host: WorkflowHost, { delivery, ...push }: Push = {}) {
  const payload = githubPush({
    cloneUrl: 'https://git.example.com/orders.git',
    pushedAtMs: host.clock.now(),
    ...push,
  });
  const { headers, body } = githubDelivery(payload, delivery === undefined ? {} : { delivery });
  const answer = (await host.account.invoke('deployment-service-receive-github-webhook', {
    headers,
    pathParameters: null,
    multiValueQueryStringParameters: null,
    isBase64Encoded: true,
    body: Buffer.from(body).toString('base64'),
    requestContext: { requestId: 'delivery-1' },
  })) as { readonly statusCode: number; readonly body: string };
  return { status: answer.statusCode, answer: JSON.parse(answer.body) as WebhookAnswer };
}
