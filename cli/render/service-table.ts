import type { EnvironmentStateView, ServiceStateView } from '#schemas/api/service-state.ts';
import { duration } from './duration.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { statusWord } from './status-word.ts';
import { table } from './table.ts';

const header = ['SERVICE', 'OWNER', 'ENVIRONMENT', 'VERSION', 'COMMIT', 'SINCE', 'STATUS'];

/** Services, a line for each environment; every line is whole, so that it can be picked out. */
export function serviceTable(items: readonly ServiceStateView[], paint: Paint, nowMs: number): readonly string[] {
  const rows = items.flatMap(({ name, owner, environments, states }) =>
    Object.keys(environments).map((environment) => {
      const state = states[environment] ?? {};
      const { current } = state;
      return [
        name,
        printable(owner, false),
        environment,
        current?.version ?? '-',
        current?.commit.slice(0, 7) ?? '-',
        current ? `${duration(nowMs - Date.parse(current.releasedAt))} ago` : '-',
        lastWord(state, paint),
      ];
    }),
  );
  return table(rows, header.map(paint.dim));
}

/** How the last deployment went, and of which commit it was where that is not the one that serves. */
export function lastWord({ current, last }: EnvironmentStateView, paint: Paint): string {
  if (!last) return current ? '' : paint.dim('never deployed');
  const other = last.commit === current?.commit ? '' : ` ${last.commit.slice(0, 7)}`;
  return `${statusWord(last.status, paint)}${other}`;
}
