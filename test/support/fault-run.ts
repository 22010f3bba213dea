import type { DeploymentSummary, DeploymentView } from '#schemas/api/deployment-view.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { functionCatalog } from '#functions/catalog.ts';
import { faultPlan } from '#local/gateway/faults/fault-plan.ts';
import type { Faults } from '#local/gateway/faults/faults.ts';
import { functionArn } from '#local/stack/names.ts';
import { approvedManifest } from './approved-environment.ts';
import { passTime, persistently } from './persistently.ts';
import { seededRandom } from './seeded-random.ts';
import type { WorkflowHost } from './workflow-host.ts';

/** High enough that every run is hit several times, low enough that most deployments come through. */
const faultRate = 0.02;
const minuteMs = 60_000;
/** Nothing that waits for the reconciler or for a token of its own waits longer than this. */
const mostMinutes = 150;

const approver = { name: 'bob', groups: ['release-engineers'] };

/** What a run came to, to be looked at from all sides. */
export interface FaultRun {
  readonly host: WorkflowHost;
  readonly services: readonly string[];
  /** Every deployment of the services, whoever asked for it. */
  readonly deployments: readonly string[];
  readonly faults: readonly string[];
}

/** Some deployments of two services of their own, while things go wrong by the plan of the seed; and then the time to recover. */
export async function playFaultRun(host: WorkflowHost, faults: Faults, seed: number): Promise<FaultRun> {
  const random = seededRandom(seed);
  const services = [`one-${seed}`, `two-${seed}`] as const;
  let commits = 0;
  const newCommit = (service: string): string => {
    const commit = `${seed.toString(16)}${(++commits).toString(16).padStart(2, '0')}`.padStart(40, '0');
    // Two stages are enough to lose one of them, and five hundred runs have to be quick.
    const manifest = approvedManifest()
      .replace('name: orders', `name: ${service}`)
      .replace('successes: 2', 'successes: 1')
      .replace(/  install:[\s\S]*?(?=  test:)/, '');
    host.world.commits.set(commit, { manifest, tree: commit });
    return commit;
  };
  const call = persistently(host, seed);
  const moment = (mostMs: number): Promise<void> => passTime(host, Math.floor(random() * mostMs));

  const play: Play = {
    asks: async (service, environment) => {
      const { body } = await call('create-deployment', {}, { service, environment, commit: newCommit(service) });
      return (JSON.parse(body) as DeploymentSummary).id;
    },
    cancels: async (deploymentId) => void (await call('cancel-deployment', { deploymentId }, {})),
    retries: async (deploymentId) => void (await call('retry-deployment', { deploymentId }, {})),
    async approves(deploymentId) {
      const { body } = await call('get-deployment', { deploymentId });
      const { approval, status } = JSON.parse(body) as DeploymentView;
      if (status !== 'awaiting_approval' || !approval) return;
      const ballot = { vote: 'approve', artifactDigest: approval.artifactDigest };
      await call('decide-approval', { deploymentId }, ballot, approver);
    },
    rollsBack: async (service, environment) => void (await call('roll-back', { service, environment }, {})),
    sick: (service) => void host.world.sick.add(service),
    well: (service) => void host.world.sick.delete(service),
    moment,
    over: (id) => untilOver(host, [id], 15),
    waits: (id) =>
      untilMinutes(host, 15, async () => {
        const status = (await host.deps.deployments.find(id))?.status;
        return status === undefined || status === 'awaiting_approval' || isTerminal(status);
      }),
  };

  for (const service of services) {
    const registration = {
      repository: `https://git.example.com/${service}.git`,
      owner: 'team-a',
      environments: { staging: {}, production: {} },
    };
    await call('register-service', { service }, registration);
  }
  await host.quiet();
  faults.begin(faultPlan({ seed, rate: faultRate }));
  const story = stories[seed % stories.length] as Story;
  await story(play, services, random);
  const told = faults.told();
  faults.end();
  for (const service of services) host.world.sick.delete(service);
  return { host, services, deployments: await settle(host, services, play), faults: told };
}

interface Play {
  asks(service: string, environment: string): Promise<string>;
  cancels(id: string): Promise<void>;
  retries(id: string): Promise<void>;
  approves(id: string): Promise<void>;
  rollsBack(service: string, environment: string): Promise<void>;
  sick(service: string): void;
  well(service: string): void;
  moment(mostMs: number): Promise<void>;
  /** Until a deployment is over, with as much patience as a person has. */
  over(id: string): Promise<void>;
  /** Until it waits for approval, likewise. */
  waits(id: string): Promise<void>;
}

type Story = (play: Play, services: readonly [string, string], random: () => number) => Promise<void>;

const stories: readonly Story[] = [
  async function newestSupersedes(play, [one, two]) {
    await play.asks(one, 'staging');
    await play.moment(15_000);
    await play.asks(one, 'staging');
    await play.asks(two, 'staging');
    const last = await play.asks(one, 'staging');
    await play.over(last);
  },
  async function approved(play, [one, two], random) {
    const id = await play.asks(one, 'production');
    await play.asks(two, 'staging');
    await play.waits(id);
    if (random() < 0.7) await play.approves(id);
    else await play.cancels(id);
    await play.over(id);
  },
  async function hurts(play, [one]) {
    await play.over(await play.asks(one, 'staging'));
    play.sick(one);
    await play.over(await play.asks(one, 'staging'));
    play.well(one);
  },
  async function cancelled(play, [one, two]) {
    const id = await play.asks(one, 'staging');
    await play.asks(two, 'staging');
    await play.moment(25_000);
    await play.cancels(id);
    await play.over(id);
    await play.retries(id);
    await play.over(id);
  },
  async function rolledBack(play, [one]) {
    await play.over(await play.asks(one, 'staging'));
    await play.over(await play.asks(one, 'staging'));
    await play.rollsBack(one, 'staging');
    await play.moment(10_000);
  },
  async function rolledBackUnderWay(play, [one, two]) {
    await play.over(await play.asks(one, 'staging'));
    await play.over(await play.asks(one, 'staging'));
    await play.asks(one, 'staging');
    await play.asks(two, 'staging');
    await play.moment(20_000);
    await play.rollsBack(one, 'staging');
    await play.moment(10_000);
  },
];

/** Lets the clock and the schedules do their work, and people what they are asked for, until nothing is left to be done. */
async function settle(host: WorkflowHost, services: readonly string[], play: Play): Promise<readonly string[]> {
  let ids: readonly string[] = [];
  await untilMinutes(host, mostMinutes, async () => {
    const found = await Promise.all(services.map((service) => host.deps.deployments.list({ service, limit: 100 })));
    const all = found.flatMap(({ items }) => items);
    ids = all.map(({ id }) => id);
    for (const { id, status } of all) if (status === 'awaiting_approval') await play.approves(id);
    return all.every(({ status }) => isTerminal(status)) && (await isAtRest(host));
  });
  return ids;
}

/** No machine runs, no build does, and every event is published. */
async function isAtRest({ account, deps }: WorkflowHost): Promise<boolean> {
  if (account.engine.journal.running().length > 0 || account.codebuild.running() > 0) return false;
  return (await deps.outbox.unpublished(-minuteMs, 1)).length === 0;
}

async function untilOver(host: WorkflowHost, ids: readonly string[], minutes: number): Promise<void> {
  await untilMinutes(host, minutes, async () => {
    const found = await Promise.all(ids.map((id) => host.deps.deployments.find(id)));
    return found.every((deployment) => !deployment || isTerminal(deployment.status));
  });
}

/** Looks whenever nothing runs any more, and every minute, at which the schedules do their work as well. */
async function untilMinutes(host: WorkflowHost, minutes: number, done: () => Promise<boolean>): Promise<void> {
  const { clock, account } = host;
  for (let minute = 0; minute < minutes; minute++) {
    const tick = clock.now() + minuteMs;
    let due = false;
    const cancel = clock.after(minuteMs, () => (due = true));
    await host.runUntil(() => due || account.engine.journal.running().length === 0);
    cancel();
    if (await done()) return;
    if (clock.now() < tick) await passTime(host, Math.min(tick - clock.now(), 5_000));
    if (await done()) return;
    if (clock.now() < tick) await passTime(host, tick - clock.now());
    await runSchedules(host, minute);
  }
}

async function runSchedules(host: WorkflowHost, minute: number): Promise<void> {
  let running = 0;
  for (const row of functionCatalog) {
    if (row.trigger.kind !== 'schedule' || minute % row.trigger.everyMinutes !== 0) continue;
    running += 1;
    // One that fails, or ends without a word, has its next time.
    void host.account
      .invoke(functionArn(row), {})
      .catch(() => undefined)
      .finally(() => (running -= 1));
  }
  await host.runUntil(() => running === 0);
}
