import { describe, expect, it } from 'vitest';
import type { Command } from '#domain/deployment/command.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { approvedManifest } from '#test/support/approved-environment.ts';
import { deploymentEvents } from '#test/support/deployment-events.ts';
import { checkInvariants } from '#test/support/deployment-invariants.ts';
import {
  playIn,
  registerService,
  type PersonCommand,
  type Scenario,
  type When,
} from '#test/support/deployment-scenario.ts';
import { seededRandom } from '#test/support/seeded-random.ts';
import { openWorkflowHost, type Person, type WorkflowHost } from '#test/support/workflow-host.ts';

const hosts = 10;
const perHost = 30;

const ada: Person = { name: 'ada' };
const bob: Person = { name: 'bob', groups: ['release-engineers'] };
const cleo: Person = { name: 'cleo', groups: ['release-engineers'] };

interface Sent {
  readonly command: PersonCommand;
  readonly as: Person;
}

const everything: readonly Sent[] = [
  { command: { kind: 'cancel' }, as: ada },
  { command: { kind: 'retry' }, as: ada },
  { command: { kind: 'approve' }, as: bob },
  { command: { kind: 'reject' }, as: cleo },
];

/** What may take its time, so that others overtake it. */
const slowParts = [
  'deployments.commit',
  'deployments.load',
  'probe.get',
  'probe.get',
  'shifter.shift',
  'workflows.wake',
  'runners.stop',
] as const;

/** What ends a deployment: of these, each run has exactly one. */
const endings = ['cancelled', 'superseded', 'failed', 'succeeded', 'rolled_back'].map((end) => `deployment.${end}`);

describe('commands that are sent at the same moment', () => {
  it.each(Array.from({ length: hosts }, (_, index) => index))(
    'leave one winner and nothing behind: thirty interleavings of host %i',
    { timeout: 120_000 },
    async (index) => {
      const host = await openWorkflowHost();
      try {
        await registerService(host);
        for (let turn = 0; turn < perHost; turn++) await interleave(host, index * perHost + turn);
      } finally {
        await host.close();
      }
    },
  );
});

async function interleave(host: WorkflowHost, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const play = playIn(host, []);
  const commit = (seed + 1).toString(16).padStart(40, '0');
  // With one answer that is enough, a command can meet the very last look.
  const manifest = approvedManifest().replace('successes: 2', `successes: ${pick([1, 1, 2])}`);
  play.given.source({ commit, manifest }).health([pick([200, 200, 503])]);
  const id = await play.when.asks({ commit, environment: 'production' });

  // Waiting for approval is where all of them may win, so half of the rounds begin there.
  if (random() < 0.5) await play.when.looks(id, ({ status }) => status === 'awaiting_approval' || isTerminal(status));
  else await passTime(host, Math.floor(random() * 30_000));

  const accepted: Sent[] = [];
  const deployments = [id];
  for (let round = 0; round < 3; round++) {
    const sent = everything.filter(() => random() < 0.8).toSorted(() => random() - 0.5);
    // Somebody may want something newer at the same moment.
    const newer = deployments.length === 1 && random() < 0.25;
    const other = (seed + 100_000).toString(16).padStart(40, '0');
    play.given.source({ commit: other, manifest: approvedManifest() });
    if (random() < 0.6) play.given.trouble({ at: pick(slowParts), late: later(host, Math.floor(random() * 4_000)) });
    const starts = sent.map(
      ({ command, as }) =>
        () =>
          play.when.sends(command, id, as),
    );
    const [answers, asked] = await play.when.atOnce<unknown>([
      () => Promise.all(starts.map((start) => start())),
      async () => newer && (await play.when.asks({ commit: other, environment: 'production' })),
    ]);
    if (typeof asked === 'string') deployments.push(asked);
    for (const [index, { statusCode, body }] of (answers as Awaited<ReturnType<When['sends']>>[]).entries()) {
      expect([200, 202, 403, 409], `seed ${seed}: ${body}`).toContain(statusCode);
      const command = sent[index];
      if (statusCode < 300 && command) accepted.push(command);
    }
    await passTime(host, Math.floor(random() * pick([2_000, 8_000])));
  }
  // What was not slow by now must not be so in the next interleaving.
  host.troubles.splice(0);
  for (const each of deployments) await decide(play, each);
  for (const each of deployments) await play.when.isOver(each);
  for (const each of deployments) {
    await expectOneWinner(host, each, seed);
    // Who loses a race writes again, and a release that was approved and taken back has the most steps of all.
    await checkInvariants(host, each, { tableWrites: 80 });
  }
  await expectOnRecord(host, id, accepted, seed);
}

/** Resolves so many milliseconds from now. */
function later({ clock }: WorkflowHost, milliseconds: number): Promise<void> {
  return new Promise((resolve) => clock.after(milliseconds, resolve));
}

async function passTime(host: WorkflowHost, milliseconds: number): Promise<void> {
  const { clock } = host;
  const end = clock.now() + milliseconds;
  // A timer of our own, so that the time comes even when nothing else is due.
  let over = false;
  clock.after(milliseconds, () => (over = true));
  await host.runUntil(() => over || clock.now() >= end);
}

/** Whatever it has come to, it need not wait for anybody any more. */
async function decide({ when }: Scenario, id: string): Promise<void> {
  await when.looks(id, ({ status }) => status === 'awaiting_approval' || isTerminal(status));
  await when.atOnce([() => when.sends({ kind: 'approve' }, id, bob)]);
}

interface Run {
  readonly events: readonly Event[];
  readonly commands: readonly Command[];
}

/** What the history says of each run: its events, and the commands that were taken while it was the present one. */
async function runsOf(host: WorkflowHost, id: string): Promise<readonly Run[]> {
  const events = deploymentEvents(host, id);
  const { commands = [] } = (await host.deps.deployments.load(id)) ?? {};
  const starts = events.flatMap(({ type }, index) => (type === 'deployment.queued' ? [index] : []));
  return starts.map((start, index) => ({
    events: events.slice(start, starts[index + 1]),
    commands: commands.filter(({ run }) => run === index + 1),
  }));
}

async function expectOneWinner(host: WorkflowHost, id: string, seed: number): Promise<void> {
  const runs = await runsOf(host, id);
  for (const [index, { events, commands }] of runs.entries()) {
    const said = `seed ${seed}, run ${index + 1}: ${events.map(({ type }) => type).join(' ')}`;
    expect(events[0]?.detail.data, said).toMatchObject({ run: index + 1 });
    const ends = events.filter(({ type }) => endings.includes(type));
    expect(ends, said).toHaveLength(1);
    const [end] = ends;

    const kinds = commands.map(({ kind }) => kind);
    const decisions = events.flatMap(({ type, detail }) =>
      type === 'deployment.approval_decided' ? [(detail.data as { vote: string }).vote] : [],
    );
    expect(decisions, said).toEqual(kinds.filter((kind) => kind === 'approve' || kind === 'reject'));
    expect(decisions.length, said).toBeLessThanOrEqual(1);
    expect(kinds.filter((kind) => kind === 'cancel').length, said).toBe(isCancelled(end) ? 1 : 0);
    expect(kinds.filter((kind) => kind === 'retry').length, said).toBe(index < runs.length - 1 ? 1 : 0);
    if (decisions.includes('reject')) expect(codeOf(end), said).toBe('policy_gate_failed');
  }
}

/** Whoever was not refused is on record: what was answered has been done. */
async function expectOnRecord(host: WorkflowHost, id: string, accepted: readonly Sent[], seed: number): Promise<void> {
  const { commands = [] } = (await host.deps.deployments.load(id)) ?? {};
  const record = commands.map(({ kind, by }) => `${kind} by ${by}`);
  for (const { command, as } of accepted) {
    // A retry of one that is on its way is answered with it, and changes nothing.
    if (command.kind !== 'retry') expect(record, `seed ${seed}`).toContain(`${command.kind} by ${as.name}`);
  }
}

type Event = ReturnType<typeof deploymentEvents>[number];

function isCancelled(end: Event | undefined): boolean {
  return end?.type === 'deployment.cancelled' || codeOf(end) === 'cancelled';
}

function codeOf(end: Event | undefined): string | undefined {
  return (end?.detail.data as { failure?: { code: string } } | undefined)?.failure?.code;
}
