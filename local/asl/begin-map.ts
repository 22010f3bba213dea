import { bindingsFor } from './bindings.ts';
import { ResultTooLarge } from './conclude.ts';
import type { MapState } from './definition.ts';
import type { Entry } from './entry.ts';
import type { Thread, Visit } from './execution.ts';
import type { Json } from './json.ts';
import { exceedsDataLimit, LIMITS } from './limits.ts';
import { InputFailure, render, renderAs, renderWhole } from './render.ts';
import type { World } from './world.ts';

/**
 * Lays down what the iterations of a Map will work on. The inputs are made for all items before the first begins, so that
 * an expression that fails for one of them fails the state before anything is done.
 */
export async function beginMap(world: World, thread: Thread, visit: Visit, state: MapState): Promise<Entry> {
  const bindings = bindingsFor(world, thread, visit);
  const items = state.Items === undefined ? inputOf(visit) : await renderAs('array', state.Items, 'Items', bindings);
  const asked = await renderWhole(state.MaxConcurrency ?? 0, 'MaxConcurrency', 0, bindings);
  const limit = Math.min(asked === 0 ? Infinity : asked, LIMITS.concurrentIterations);
  if (exceedsDataLimit(items)) throw new ResultTooLarge(visit.state);
  if (state.ItemSelector === undefined) return { kind: 'MapStarted', items, limit };

  const inputs: Json[] = [];
  for (const [index, value] of items.entries()) {
    const seen = bindingsFor(world, { ...thread, item: { index, value } }, visit);
    const input = await render(state.ItemSelector, 'ItemSelector', seen);
    if (exceedsDataLimit(input)) throw new ResultTooLarge(visit.state);
    inputs.push(input);
  }
  return { kind: 'MapStarted', items, inputs, limit };
}

function inputOf({ input }: Visit): readonly Json[] {
  if (Array.isArray(input)) return input as readonly Json[];
  throw new InputFailure(`Map state input must be an array but was: ${JSON.stringify(input)}`);
}
