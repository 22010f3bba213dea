import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ApiProblem } from '#client/api-problem.ts';
import type { Client } from '#client/client.ts';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { printLines } from '../../cli/print.ts';
import { duration } from '../../cli/render/duration.ts';
import { table } from '../../cli/render/table.ts';
import { localCredentials } from '../../local/stack/client-options.ts';
import { region } from '../../local/stack/names.ts';
import { askService } from './ask-service.ts';
import { createExampleRepository } from './example-repository.ts';
import { expectThat } from './expect-that.ts';
import type { LocalGithub } from './local-github.ts';
import { signInAs } from './sign-in-as.ts';
import type { Stage } from './stage.ts';

const limitMs = 60_000;
const group = 'orders-team';
const onward = [
  { file: 'service.yaml', from: '  staging:\n', to: '  staging:\n    deployOn: { branch: main }\n' },
  {
    file: 'service.yaml',
    from: '  production:\n',
    to: `  production:\n    promoteFrom: { environment: staging }\n    approval: { groups: [${group}], quorum: 1 }\n`,
  },
];

/**
 * A push to `main` goes to staging by itself and waits before production; who pushed may not let it through, somebody else
 * does, and production gets the very bytes of staging. GitHub sees each of it at the commit.
 *
 * @throws BrokenExpectation when anything of that is not so
 */
export async function tellPromoteStory(stage: Stage): Promise<void> {
  const { context, client, host, directory, github, startedMs } = stage;
  const { out } = context.output;
  const { paint } = out;
  const since = (): string => duration(context.now() - startedMs).padStart(7);
  const say = (text: string): void => printLines(out, ['', paint.bold(text)]);
  const tell = (text: string): void => printLines(out, [`${paint.dim(since())}  ${text}`]);

  printLines(out, [
    paint.bold('From a push to production, with one approval and no command line'),
    `The service: ${host.apiUrl}. A small GitHub beside it: ${github.url}.`,
  ]);
  const repository = await createExampleRepository('orders', join(directory, 'orders'), 'Say what an order costs');
  const commit = await repository.change('Go to production by way of staging', onward);
  const address = pathToFileURL(repository.directory).href;
  await shareSecrets(stage);
  await makeReleaseEngineer('alice', host.credentialsFile);
  await client.registerService({
    params: { service: 'orders' },
    body: { repository: address, owner: group, environments: { staging: {}, production: {} } },
  });

  say('1. Alice pushes to main, and GitHub tells of it');
  const forged = await fetch(`${host.apiUrl}/v1/webhooks/github`, { method: 'POST', body: '{}' });
  expectThat('a delivery without a signature is refused', forged.status, 401);
  tell('a delivery that nobody signed is refused: 401');
  const payload = pushOf({ commit, address, nowMs: context.now() });
  const delivered = await github.deliver(`${host.apiUrl}/v1/webhooks/github`, payload);
  expectThat('the signed push is taken', delivered.status, 202);
  tell(`the signed push of ${paint.cyan(commit.slice(0, 7))} is taken: 202 ${delivered.body}`);
  const again = await github.deliver(`${host.apiUrl}/v1/webhooks/github`, payload);
  expectThat('the same push again is known', again.status, 200);
  tell('the same push once more changes nothing: 200');

  say('2. It goes to staging by itself');
  const staging = await seen(stage, 'staging', ({ status }) => status === 'succeeded');
  tell(`${paint.green('staging')} has it: ${staging.id} by ${staging.actor}`);

  say('3. Production waits for somebody to agree');
  const waiting = await seen(stage, 'production', ({ status }) => status === 'awaiting_approval');
  tell(`${waiting.id} waits for one of ${waiting.approval?.groups.join(', ')}`);
  const alice = await signInAs('alice', host, context);
  const refused = await refusalOf(() => approve(alice, waiting));
  expectThat('who pushed may not approve', [refused?.status, refused?.code], [403, 'permission_denied']);
  tell(`alice tries to approve: ${paint.red(`${refused?.status} ${refused?.detail}`)}`);
  const bob = await signInAs('bob', host, context);
  await approve(bob, waiting);
  tell(`bob approves artifact ${paint.cyan(waiting.approval?.artifactDigest.slice(0, 12) ?? '')}…`);

  say('4. Production runs the very same bytes');
  const production = await seen(stage, 'production', ({ status }) => status === 'succeeded');
  expectThat('production has the artifact of staging', production.artifact, staging.artifact);
  expectThat('nothing was built again', production.steps.find(({ name }) => name === 'bundle')?.status, 'reused');
  const name = 'orders.production.localhost';
  const about = await askService(host.servicesPort, name);
  expectThat('production answers from the commit', [about.environment, about.commit], ['production', commit]);
  tell(`GET http://${name}:${host.servicesPort}/  ${paint.cyan(JSON.stringify(about))}`);

  say(`5. What GitHub saw at commit ${commit.slice(0, 7)}; where two events met, the newer one is shown again`);
  await until(stage, async () => lastOf(github, 'production')?.state === 'success' || undefined);
  expectThat('the last status of staging is good', lastOf(github, 'staging')?.state, 'success');
  expectThat('GitHub was told that production waits', saidOf(github).includes(`Waits for approval by ${group}`), true);
  printLines(
    out,
    table(
      github
        .statuses()
        .map(({ atMs, context: of, state, description }) => [duration(atMs - startedMs), of, state, description]),
    ),
  );
  say(`All of it held, in ${duration(context.now() - startedMs)}`);
}

/** The secret of the webhook and the token for statuses, which in AWS an operator puts there. */
async function shareSecrets({ host, github }: Stage): Promise<void> {
  const secrets = new SecretsManagerClient({ region, endpoint: host.awsUrl, credentials: localCredentials });
  const wanted = { 'webhooks/github': github.webhookSecret, 'tokens/github': github.token };
  for (const [name, SecretString] of Object.entries(wanted)) {
    await secrets.send(new CreateSecretCommand({ Name: `deployment-service/${name}`, SecretString }));
  }
  secrets.destroy();
}

/** So that nothing but having pushed stands between her and the approval. */
async function makeReleaseEngineer(person: string, credentialsFile: string): Promise<void> {
  const file = join(dirname(credentialsFile), 'users.json');
  const users = JSON.parse(await readFile(file, 'utf8')) as { users: Record<string, { roles: string[] }> };
  users.users[person]?.roles.push('release-engineer');
  await writeFile(file, JSON.stringify(users, null, 2), { mode: 0o600 });
}

function pushOf({
  commit,
  address,
  nowMs,
}: {
  readonly commit: string;
  readonly address: string;
  readonly nowMs: number;
}) {
  return {
    ref: 'refs/heads/main',
    after: commit,
    deleted: false,
    forced: false,
    repository: { full_name: 'demo/orders', clone_url: address, pushed_at: Math.floor(nowMs / 1000) },
    pusher: { name: 'alice', email: 'alice@example.com' },
    sender: { login: 'alice' },
  };
}

/** The deployment to an environment, once it looks so. */
function seen(stage: Stage, environment: string, so: (deployment: DeploymentView) => boolean): Promise<DeploymentView> {
  const { client } = stage;
  return until(stage, async () => {
    const { items } = (await client.listDeployments({ query: { service: 'orders', environment } })).body;
    const [first, ...others] = items;
    expectThat(`${environment} has one deployment at most`, others.length, 0);
    if (!first) return undefined;
    const { body } = await client.getDeployment({ params: { deploymentId: first.id } });
    if (so(body)) return body;
    expectThat(`the deployment to ${environment} goes well`, body.failure, undefined);
    return undefined;
  });
}

async function until<T>({ context, signal }: Stage, look: () => Promise<T | undefined>): Promise<T> {
  const endMs = context.now() + limitMs;
  while (context.now() < endMs) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    await context.pause(100, signal);
  }
  throw new Error(`It has not come to that after ${limitMs / 1000} s.`);
}

async function approve(client: Client, { id, approval }: DeploymentView): Promise<void> {
  const artifactDigest = approval?.artifactDigest ?? '';
  await client.decideApproval({
    params: { deploymentId: id },
    body: { vote: 'approve', artifactDigest, comment: 'Looks good in staging.' },
  });
}

async function refusalOf(attempt: () => Promise<void>): Promise<ApiProblem | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
}

function lastOf(github: LocalGithub, environment: string) {
  return github.statuses().findLast(({ context }) => context === `deployment-service/${environment}`);
}

function saidOf(github: LocalGithub): readonly string[] {
  return github.statuses().map(({ description }) => description);
}
