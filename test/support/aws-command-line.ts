/** A shape of the SDK, as its generated schemas list it; of a structure the fifth part names the members. */
type Shape = readonly [kind: number, namespace: string, name: string, traits: unknown, members: readonly string[]];
type Operation = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: unknown,
  input: Shape | (() => Shape),
];

/** The SDK's clients by the name that the command line has for the service. */
const clients: Readonly<Record<string, () => Promise<unknown>>> = {
  cloudwatch: () => import('@aws-sdk/client-cloudwatch'),
  codebuild: () => import('@aws-sdk/client-codebuild'),
  dynamodb: () => import('@aws-sdk/client-dynamodb'),
  ecs: () => import('@aws-sdk/client-ecs'),
  events: () => import('@aws-sdk/client-eventbridge'),
  lambda: () => import('@aws-sdk/client-lambda'),
  logs: () => import('@aws-sdk/client-cloudwatch-logs'),
  stepfunctions: () => import('@aws-sdk/client-sfn'),
  sts: () => import('@aws-sdk/client-sts'),
};

/** Commands that are the command line's own, or of services whose client is not among our packages, as their manual has them. */
const others: Readonly<Record<string, readonly string[]>> = {
  'logs tail': ['since', 'follow', 'format', 'filter-pattern', 'log-stream-names', 'log-stream-name-prefix'],
  'sqs list-queues': ['queue-name-prefix'],
  'sqs get-queue-attributes': ['queue-url', 'attribute-names'],
  'sqs receive-message': [
    'queue-url',
    'attribute-names',
    'message-attribute-names',
    'max-number-of-messages',
    'visibility-timeout',
    'wait-time-seconds',
  ],
  'sqs delete-message': ['queue-url', 'receipt-handle'],
  'sqs purge-queue': ['queue-url'],
  'wafv2 list-web-acls': ['scope', 'limit'],
  'wafv2 get-sampled-requests': ['web-acl-arn', 'rule-metric-name', 'scope', 'time-window', 'max-items'],
};

/** Options that every command takes, and those of all that answer in pages. */
const shared = ['query', 'output', 'endpoint-url', 'region', 'cli-binary-format', 'max-items', 'page-size'];

/** What is wrong with a command line that begins with `aws`; nothing of a good one. */
export async function faultsOfAwsCommand(words: readonly string[]): Promise<readonly string[]> {
  const [, service = '', operation = '', ...rest] = words;
  const known = others[`${service} ${operation}`] ?? (await optionsOf(service, operation));
  if (!known) return [`There is no "aws ${service} ${operation}".`];
  return rest
    .filter((word) => word.startsWith('--'))
    .map((word) => word.slice(2))
    .filter((name) => !known.includes(name) && !shared.includes(name))
    .map((name) => `"aws ${service} ${operation}" has no --${name}.`);
}

async function optionsOf(service: string, operation: string): Promise<readonly string[] | undefined> {
  const client = (await clients[service]?.()) as Readonly<Record<string, Operation>> | undefined;
  const name = operation
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  const found = client?.[`${name}$`];
  if (!found || !client?.[`${name}Command`]) return undefined;
  const input = found[4];
  const [, , , , members] = typeof input === 'function' ? input() : input;
  return members.map(kebab);
}

/** `AlarmNamePrefix` and `alarmNamePrefix` -> `alarm-name-prefix`, `FunctionARNs` -> `function-arns`. */
function kebab(member: string): string {
  return member
    .replaceAll(/([A-Z]+s?)([A-Z][a-z])/g, '$1-$2')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}
