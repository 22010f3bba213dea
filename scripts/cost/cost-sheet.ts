import { functionCatalog } from '#functions/catalog.ts';
import { assumptions as guess, standing } from './assumptions.ts';
import type { CostCounts } from './cost-counts.ts';
import counted from './counts.json' with { type: 'json' };
import { prices, pricedOn, priceRegion, type PriceName } from './prices.ts';

interface Charge {
  readonly service: string;
  readonly price: PriceName;
  /** For one deployment, or for one month. */
  readonly count: number;
  readonly source: string;
}

const gibibyte = 1024 * 1024;
const minutesPerMonth = 43_200;
const hoursPerMonth = minutesPerMonth / 60;
const deployments = 1_000;
const counts: CostCounts = counted;

const isCounted = 'counted';

function billedSeconds(invocations: number, calls: number): number {
  const { ownMilliseconds, requestMilliseconds, coldPart, coldMilliseconds } = guess;
  const each = ownMilliseconds + coldPart * coldMilliseconds;
  return (invocations * each + calls * requestMilliseconds) / 1000;
}

function perDeployment(): readonly Charge[] {
  const { buildLogKilobytes, functionLogKilobytes, memoryGibibytes, waitingSeconds, apiRequests } = guess;
  const { lambdaInvocations, lambdaCalls } = counts;
  const seconds = billedSeconds(lambdaInvocations, lambdaCalls) + waitingSeconds;
  return [
    { service: 'Step Functions', price: 'stateTransition', count: counts.transitions, source: isCounted },
    { service: 'Lambda', price: 'lambdaRequest', count: lambdaInvocations, source: isCounted },
    {
      service: 'Lambda',
      price: 'lambdaGibibyteSecond',
      count: seconds * memoryGibibytes,
      source: `${guess.ownMilliseconds} ms an invocation, ${guess.requestMilliseconds} ms for each of ${lambdaCalls} requests *(counted)*, ${waitingSeconds} s of waiting`,
    },
    {
      service: 'DynamoDB',
      price: 'tableWrite',
      count: counts.tableWriteUnits + buildLogKilobytes,
      source: `${isCounted}, and ${buildLogKilobytes} KB of log`,
    },
    { service: 'DynamoDB', price: 'tableRead', count: counts.tableReadUnits, source: isCounted },
    { service: 'EventBridge', price: 'event', count: counts.events, source: isCounted },
    { service: 'SNS', price: 'publish', count: counts.announcements, source: isCounted },
    { service: 'CodeBuild', price: 'buildMinute', count: guess.fetchMinutes, source: 'assumed: the source' },
    { service: 'CodeBuild', price: 'mediumBuildMinute', count: guess.buildMinutes, source: 'assumed: four stages' },
    { service: 'S3', price: 'blobWrite', count: counts.blobWrites, source: isCounted },
    { service: 'S3', price: 'blobRead', count: counts.blobReads, source: isCounted },
    { service: 'KMS', price: 'signature', count: counts.signatures, source: isCounted },
    { service: 'KMS', price: 'keyRequest', count: counts.keyRequests, source: isCounted },
    {
      service: 'CloudWatch Logs',
      price: 'logIngestion',
      count: (buildLogKilobytes + lambdaInvocations * functionLogKilobytes) / gibibyte,
      source: `${functionLogKilobytes} KB an invocation, ${buildLogKilobytes} KB a build`,
    },
    {
      service: 'CloudWatch',
      price: 'customMetric',
      count: guess.seriesEach / hoursPerMonth,
      source: `${guess.seriesEach} series, each for one hour, as if no two deployments shared one`,
    },
    { service: 'X-Ray', price: 'trace', count: lambdaInvocations, source: 'one an invocation, none sampled away' },
    { service: 'API Gateway', price: 'apiRequest', count: apiRequests, source: 'assumed' },
    { service: 'WAF', price: 'firewallRequest', count: apiRequests, source: 'assumed' },
  ];
}

function perMonth(): readonly Charge[] {
  const ticks = functionCatalog.flatMap(({ trigger }) =>
    trigger.kind === 'schedule' ? [minutesPerMonth / trigger.everyMinutes] : [],
  );
  const invocations = Math.round(ticks.reduce((sum, each) => sum + each, 0));
  const callsEach = 10;
  return [
    {
      service: 'Lambda',
      price: 'lambdaRequest',
      count: invocations,
      source: `${ticks.length} schedules of the catalog`,
    },
    {
      service: 'Lambda',
      price: 'lambdaGibibyteSecond',
      count: billedSeconds(invocations, invocations * callsEach) * guess.memoryGibibytes,
      source: `${callsEach} requests each`,
    },
    { service: 'DynamoDB', price: 'tableRead', count: invocations * callsEach * 0.5, source: 'mostly empty queries' },
    { service: 'CloudWatch', price: 'alarmMetric', count: standing.metricsInAlarms, source: 'the template' },
    { service: 'CloudWatch', price: 'compositeAlarm', count: standing.compositeAlarms, source: 'the template' },
    {
      service: 'CloudWatch',
      price: 'dashboard',
      count: 1,
      source: 'the template; the first three of an account are free',
    },
    {
      service: 'CloudWatch',
      price: 'customMetric',
      count: guess.steadySeries,
      source: 'those that schedules write',
    },
    { service: 'KMS', price: 'key', count: standing.keys, source: 'the template' },
    { service: 'WAF', price: 'firewall', count: 1, source: 'the template' },
    { service: 'WAF', price: 'firewallRule', count: standing.firewallRules, source: 'the template' },
    { service: 'Secrets Manager', price: 'secret', count: guess.secrets, source: 'webhooks, tokens' },
  ];
}

/** What 1,000 deployments leave behind, for each month that they are kept hot. */
function kept(): readonly Charge[] {
  const records = (deployments * guess.recordKilobytes) / gibibyte;
  const artifacts = (deployments * guess.artifactKilobytes) / gibibyte;
  return [
    { service: 'DynamoDB', price: 'tableStorage', count: records, source: `${guess.recordKilobytes} KB a deployment` },
    { service: 'S3', price: 'blobStorage', count: artifacts, source: `${guess.artifactKilobytes} KB an artifact` },
  ];
}

const costOf = ({ price, count }: Charge): number => (count * prices[price].usd) / prices[price].per;
const total = (charges: readonly Charge[]): number => charges.reduce((sum, each) => sum + costOf(each), 0);
const dollars = (usd: number): string => (usd > 0 && usd < 0.005 ? '< 0.01' : usd.toFixed(2));
const number = (value: number): string => {
  const digits = Math.abs(value) < 0.01 ? 5 : Math.abs(value) < 10 ? 2 : 0;
  return String(Number(value.toFixed(digits)));
};

function table(charges: readonly Charge[], times: number, heading: string, sum: string): string {
  const rows = charges.map((each) => {
    const { usd, per, unit } = prices[each.price];
    const listed = per === 1 ? `$${usd}` : `$${usd} / ${per.toLocaleString('en-US')}`;
    return `| ${each.service} | ${unit} | ${number(each.count)} | ${each.source} | ${listed} | ${dollars(costOf(each) * times)} |`;
  });
  return [
    `| service | unit | ${heading} | source of the number | list price *(to confirm)* | US$ |`,
    '|---|---|---:|---|---|---:|',
    ...rows,
    `| **${sum}** | | | | | **${dollars(total(charges) * times)}** |`,
  ].join('\n');
}

/** `docs/cost.md`, out of counts, assumptions and prices. */
export function costSheet(): string {
  const runner = perDeployment().filter(({ service }) => service === 'CodeBuild');
  const plane = perDeployment().filter(({ service }) => service !== 'CodeBuild');
  return `# Cost

<!-- Written by \`npm run gen\` from scripts/cost/; change it there. -->

What the deployment service costs on AWS: list prices of \`${priceRegion}\`, as of ${pricedOn}, without free tiers and discounts. **All prices are from memory and to be
confirmed** on the pricing pages before a budget rests on them; they stand in \`scripts/cost/prices.ts\`. No bill of a real account has been compared yet.

Where the source says *counted*, a test played one deployment of eight steps (the second of its service, so that there is something to go back to) through the real
machines and functions and counted what they asked for: \`scripts/cost/counts.json\`. The test fails when a count is off by a fifth. What it cannot
count is assumed in \`scripts/cost/assumptions.ts\`: put your own numbers there, then \`npm run gen\`.

\`\`\`sh
COST_COUNTS=write npx vitest run --project fast test/workflow/cost.test.ts && npm run gen
\`\`\`

## 1,000 deployments

The control plane:

${table(plane, deployments, 'for one', 'for 1,000')}

The runners, which is what a deployment really costs. With the build cache most stages of most builds take no time, and a minute is the least that is billed:

${table(runner, deployments, 'for one', 'for 1,000')}

Kept, for each month until it is archived:

${table(kept(), 1, 'of 1,000', 'a month')}

## A month in which nobody deploys

${table(perMonth(), 1, 'a month', 'a month')}

The services that are deployed pay for themselves: their functions, containers and balancers are not in this sheet. Neither are data transfer, support, or the AWS side of whoever listens to events.

## What changes it most

- **Build minutes**: ${dollars(total(runner))} of ${dollars(total(runner) + total(plane))} US$ a deployment. A larger machine costs per minute what it saves in minutes only if the build is parallel.
- **Series of metrics**: each service and environment has its own, at ${prices.customMetric.usd} US$ for a whole month, billed for the hours in which they have values. Many
  deployments of one service in one hour share them.
- **Logs**: what a build writes is paid three times, in CloudWatch, in the table and in the archive. A quiet build is a cheap one.
- **Tracing**: Lambda records a trace of each invocation that is sampled; by default that is one a second and 5 % of the rest, far fewer than assumed here.
`;
}
