import { BatchGetBuildsCommand, ListBuildsCommand } from '@aws-sdk/client-codebuild';
import { DescribeLogGroupsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionCommand, ListFunctionsCommand, ListVersionsByFunctionCommand } from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
} from '@aws-sdk/client-sfn';
import { functionCatalog } from '#functions/catalog.ts';
import { awsClients } from './aws-clients.ts';
import type { E2eHost } from './e2e-host.ts';
import type { StoredText } from './stored-texts.ts';

/** All that the host answers about these deployments of a service: its API, its AWS endpoint, and what its bus carried. */
export async function toldTexts(
  host: E2eHost,
  service: string,
  deploymentIds: readonly string[],
): Promise<readonly StoredText[]> {
  const told = [
    ...(await apiAnswers(host, service, deploymentIds)),
    ...(await awsAnswers(host.awsUrl)),
    { place: 'events', answer: host.archivedEvents() },
  ];
  return told.map(({ place, answer }) => {
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    return { place, text: Buffer.from(text).toString('latin1') };
  });
}

interface Told {
  readonly place: string;
  readonly answer: unknown;
}

/** Every operation that reads, for every deployment; one that streams in both of its forms. */
async function apiAnswers({ api }: E2eHost, service: string, ids: readonly string[]): Promise<readonly Told[]> {
  const contracts = functionCatalog.flatMap(({ trigger }) => (trigger.kind === 'api' ? [trigger.contract] : []));
  const told: Told[] = [];
  for (const { method, path } of contracts.filter((contract) => contract.method === 'GET')) {
    for (const deploymentId of ids) {
      const known: Record<string, string> = { deploymentId, service, environment: 'staging' };
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => known[name] ?? 'unknown');
      for (const accept of ['application/json', ...(/logs/.test(path) ? ['text/event-stream'] : [])]) {
        const answer = await api.request(method, filled, { headers: { accept } });
        told.push({ place: `${method} ${filled} ${accept} ${answer.status}`, answer: answer.body });
      }
    }
  }
  return told;
}

async function awsAnswers(url: string): Promise<readonly Told[]> {
  const { machines, builds, logs, functions } = awsClients(url);
  const told: Told[] = [];
  const { stateMachines = [] } = await machines.send(new ListStateMachinesCommand({}));
  for (const { stateMachineArn } of stateMachines) {
    const { executions = [] } = await machines.send(new ListExecutionsCommand({ stateMachineArn }));
    for (const { executionArn } of executions) {
      told.push({
        place: `${executionArn}`,
        answer: await machines.send(new DescribeExecutionCommand({ executionArn })),
      });
      const history = await machines.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
      told.push({ place: `history of ${executionArn}`, answer: history });
    }
  }
  const { ids } = await builds.send(new ListBuildsCommand({}));
  if (ids?.length) told.push({ place: 'builds', answer: await builds.send(new BatchGetBuildsCommand({ ids })) });
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
  for (const { logGroupName } of logGroups) {
    for (let nextToken: string | undefined, more = true; more; more = nextToken !== undefined) {
      const page = await logs.send(new FilterLogEventsCommand({ logGroupName, ...(nextToken && { nextToken }) }));
      told.push({ place: `log ${logGroupName}`, answer: page.events?.map(({ message }) => message).join('\n') ?? '' });
      nextToken = page.nextToken;
    }
  }
  const { Functions = [] } = await functions.send(new ListFunctionsCommand({}));
  for (const { FunctionName } of Functions) {
    told.push({
      place: `function ${FunctionName}`,
      answer: await functions.send(new GetFunctionCommand({ FunctionName })),
    });
    const versions = await functions.send(new ListVersionsByFunctionCommand({ FunctionName })).catch(() => ({}));
    told.push({ place: `versions of ${FunctionName}`, answer: versions });
  }
  return told;
}
