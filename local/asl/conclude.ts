import { bindingsFor } from './bindings.ts';
import type { World } from './world.ts';
import type { Entry } from './entry.ts';
import type { Thread, Visit } from './execution.ts';
import { stateOf } from './state-of.ts';
import type { Json } from './json.ts';
import { exceedsDataLimit } from './limits.ts';
import { render } from './render.ts';

/** Ends a state with `States.DataLimitExceeded`. */
export class ResultTooLarge extends Error {
  override readonly name = 'ResultTooLarge';

  constructor(state: string) {
    super(
      `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    );
  }
}

/** The fields that say how a state is left: of the state itself, of a Choice rule or of a Catcher. */
interface Exit {
  readonly Output?: Json;
  readonly Assign?: Readonly<Record<string, Json>>;
  readonly Next?: string;
}

interface Conclusion {
  readonly result?: Json;
  readonly errorOutput?: Json;
  /** The state's own fields when absent. */
  readonly exit?: Exit;
  /** Prefix of the field names in a failure of evaluation. */
  readonly at?: string;
}

/**
 * Leaves a state. `Assign` and `Output` both see the variables as they were on entry; without `Output` the result goes
 * on (or the error, or the input where there is neither).
 *
 * @throws QueryFailure, ResultTooLarge
 */
export async function conclude(
  world: World,
  thread: Thread,
  visit: Visit,
  { result, errorOutput, exit, at = '' }: Conclusion = {},
): Promise<Entry> {
  const state = stateOf(thread.scope, visit.state);
  const { Output, Assign = {}, Next } = exit ?? (state as Exit);
  const bindings = bindingsFor(world, thread, visit, {
    ...(result !== undefined && { result }),
    ...(errorOutput !== undefined && { errorOutput }),
  });
  const assigned = (await render(Assign, `${at}Assign`, bindings)) as Readonly<Record<string, Json>>;
  const plain = [result, errorOutput, visit.input].find((value) => value !== undefined) ?? null;
  const output = Output === undefined ? plain : await render(Output, `${at}Output`, bindings);
  if (exceedsDataLimit(output) || exceedsDataLimit(assigned)) throw new ResultTooLarge(visit.state);
  const next = Next === undefined ? {} : { next: Next };
  return { kind: 'StateExited', state: visit.state, type: state.Type, output, assigned, ...next };
}
