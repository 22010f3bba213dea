import type { EnvironmentStateView, ReleaseView, ServiceStateView } from '#schemas/api/service-state.ts';
import { duration } from './duration.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { statusWord } from './status-word.ts';
import { table } from './table.ts';

/** A service on one screen: who owns it, and for each environment what runs there, what ran before, what happened last. */
export function serviceLines(service: ServiceStateView, paint: Paint, nowMs: number): readonly string[] {
  const { name, owner, repository, manifestPath, repositoryCredentials, connection, environments, states } = service;
  const access = repositoryCredentials ?? connection;
  return [
    `${paint.bold(name)}  owner ${printable(owner, false)}`,
    paint.dim(
      `${printable(repository, false)}, ${manifestPath}${access === undefined ? '' : `, fetched with ${printable(access, false)}`}`,
    ),
    ...Object.entries(environments).flatMap(([environment, target]) => {
      const state = states[environment] ?? {};
      return [
        '',
        `${paint.bold(environment)}  ${printable(state.current?.url ?? target.url, false)}`,
        ...table([...stateRows(state, paint, nowMs)]),
      ];
    }),
  ];
}

function* stateRows({ current, previous, last }: EnvironmentStateView, paint: Paint, nowMs: number) {
  // As wide in every environment, whatever is known of it.
  const label = (text: string): string => `  ${paint.dim(text.padEnd(6))}`;
  const ago = (instant: string): string => `${duration(nowMs - Date.parse(instant))} ago`;
  const release = ({ version, commit, releasedAt, deploymentId }: ReleaseView): readonly string[] => [
    `version ${version}`,
    commit.slice(0, 7),
    ago(releasedAt),
    paint.dim(deploymentId),
  ];
  yield current ? [label('now'), ...release(current)] : [label('now'), paint.dim('nothing was released yet')];
  if (previous) yield [label('before'), ...release(previous)];
  if (last && last.id !== current?.deploymentId) {
    const word = statusWord(last.status, paint);
    yield [label('last'), word, last.commit.slice(0, 7), ago(last.createdAt), paint.dim(last.id)];
  }
}
