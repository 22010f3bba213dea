import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { admit } from '#domain/deployment/admit.ts';
import type { Decision } from '#domain/deployment/decision.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { requestDeployment, type DeploymentRequest } from '#domain/deployment/request.ts';
import { names } from '#local/stack/names.ts';
import type { Deps } from '#ports/deps.ts';
import { uniqueService, type TestAccount } from '#test/support/account.ts';
import { momentOf } from '#usecases/moment-of.ts';

export const commitA = 'a'.repeat(40);
export const commitB = 'b'.repeat(40);

/** Decisions about deployments of one service that no other test knows. */
export function givenDeployments({ deps }: { readonly deps: Deps }, service = uniqueService()) {
  const { deployments } = deps;
  const moment = () => momentOf(deps, 'ada');

  function request(changes: Partial<DeploymentRequest> = {}): Decision {
    const wanted = { service, environment: 'staging', commit: commitA, correlationId: 'corr', traceId: '0'.repeat(32) };
    return requestDeployment({ id: deps.ids.deploymentId(), ...wanted, ...changes }, moment());
  }

  async function admission(deployment: Deployment): Promise<Decision> {
    const admitted = admit(deployment, await deployments.slot(service, deployment.environment), moment());
    if (!('decision' in admitted)) throw new Error(`Nothing to commit: ${admitted.kind}`);
    return admitted.decision;
  }

  async function commit(decision: Decision): Promise<Deployment> {
    const outcome = await deployments.commit(decision);
    if (outcome !== 'committed') throw new Error(`The commit ended as ${outcome}.`);
    return decision.after;
  }

  return {
    service,
    moment,
    request,
    admission,
    commit,
    /** A queued deployment. */
    accepted: (changes: Partial<DeploymentRequest> = {}) => commit(request(changes)),
    /** A deployment that holds its slot. */
    admitted: async (changes: Partial<DeploymentRequest> = {}) =>
      commit(await admission(await commit(request(changes)))),
  };
}

/** Every row of the table that mentions one of the words, as text, in the order of the keys. */
export async function rowsAbout(account: TestAccount, ...words: readonly string[]): Promise<readonly string[]> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(account.client));
  const rows: string[] = [];
  for await (const page of paginateScan({ client }, { TableName: names.table })) {
    rows.push(...(page.Items ?? []).map((item) => JSON.stringify(item)));
  }
  return rows.filter((row) => words.some((word) => row.includes(word))).toSorted();
}
