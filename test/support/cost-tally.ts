import { announcedTypes } from '#schemas/events/notified-events.ts';
import type { WireRequest, WireResponse } from '#local/gateway/wire.ts';
import { registerFunctions } from '#local/stack/functions.ts';
import type { Deps } from '#runtime/deps.ts';
import type { CostCounts } from '../../scripts/cost/cost-counts.ts';
import { healthAnswer } from './outside-world.ts';
import type { WorkflowHost } from './workflow-host.ts';

type Tally = { -readonly [Name in keyof CostCounts]: number };
type Item = Readonly<Record<string, unknown>>;

/** Counts, from now on, what a host asks of AWS, in the units that AWS bills; the transitions of machines it does not see. */
export async function costTally(host: WorkflowHost): Promise<Omit<CostCounts, 'transitions'>> {
  const tally: Tally = {
    transitions: 0,
    lambdaInvocations: 0,
    lambdaCalls: 0,
    tableWriteUnits: 0,
    tableReadUnits: 0,
    events: 0,
    announcements: 0,
    signatures: 0,
    keyRequests: 0,
    blobWrites: 0,
    blobReads: 0,
    builds: 0,
  };
  const { gateway, lambda } = host.account;
  const handle = gateway.handle.bind(gateway);
  gateway.handle = async (request) => {
    const response = await handle(request);
    count(tally, request, response);
    return response;
  };
  const probe: Deps['probe'] = { get: async ({ url }) => healthAnswer(host.world, url) };
  const deps = Object.create(host.deps, { probe: { value: probe } }) as Deps;
  const counted: typeof lambda = {
    ...lambda,
    register: (name, each) =>
      lambda.register(name, {
        ...each,
        handler: (event, context) => {
          tally.lambdaInvocations++;
          return each.handler(event, context);
        },
      }),
  };
  await registerFunctions(counted, { of: () => deps, forget: () => undefined });
  return tally;
}

function count(tally: Tally, request: WireRequest, response: WireResponse): void {
  const { headers, method, path } = request;
  const [service = '', operation = ''] = (headers['x-amz-target'] ?? '').split('.');
  if (path.endsWith('/invocations')) return;
  tally.lambdaCalls++;
  if (service.startsWith('DynamoDB_')) return countTable(tally, operation, textOf(request.body), textOf(response.body));
  if (operation === 'PutEvents') {
    const { Entries } = JSON.parse(textOf(request.body)) as {
      readonly Entries: readonly { readonly DetailType: string }[];
    };
    tally.events += Entries.length;
    const announced: readonly string[] = announcedTypes;
    tally.announcements += Entries.filter(({ DetailType }) => announced.includes(DetailType)).length;
  }
  if (operation === 'StartBuild') tally.builds++;
  if (operation === 'Sign') tally.signatures++;
  else if (service === 'TrentService') tally.keyRequests++;
  if (!/\/s3\/aws4_request/.test(headers['authorization'] ?? '') || path.split('/').length < 3) return;
  if (method === 'PUT' || method === 'POST') tally.blobWrites++;
  if (method === 'GET' || method === 'HEAD') tally.blobReads++;
}

interface Write {
  readonly Put?: { readonly Item: Item };
  readonly Update?: { readonly ExpressionAttributeValues?: Item };
}

function countTable(tally: Tally, operation: string, body: string, answer: string): void {
  const input = JSON.parse(body) as Record<string, never>;
  switch (operation) {
    case 'TransactWriteItems': {
      const writes: readonly Write[] = input['TransactItems'] ?? [];
      for (const { Put, Update } of writes) {
        tally.tableWriteUnits +=
          2 * unitsOf(Put?.Item ?? Update?.ExpressionAttributeValues ?? {}) + indexUnits(Put?.Item);
      }
      return;
    }
    case 'PutItem':
      tally.tableWriteUnits += unitsOf(input['Item'] ?? {}) + indexUnits(input['Item']);
      return;
    case 'UpdateItem':
    case 'DeleteItem':
      tally.tableWriteUnits += unitsOf(input['ExpressionAttributeValues'] ?? {});
      return;
    case 'BatchWriteItem':
      for (const requests of Object.values(input['RequestItems'] ?? {}))
        tally.tableWriteUnits += (requests as []).length;
      return;
    default:
      // Reads, by what came back.
      tally.tableReadUnits += Math.max(1, Math.ceil(answer.length / 4096)) * (input['ConsistentRead'] ? 1 : 0.5);
  }
}

/** By its JSON, which is a little more than what AWS counts. */
function unitsOf(item: Item): number {
  return Math.max(1, Math.ceil(JSON.stringify(item).length / 1024));
}

function indexUnits(item: Item | undefined): number {
  if (!item) return 0;
  return Object.keys(item).filter((name) => /^gsi\dpk$/.test(name)).length * unitsOf(item);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
