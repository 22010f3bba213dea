import type { Scope, State } from './definition.ts';

/** @throws when the definition is not the one that the journal was written by */
export function stateOf(scope: Scope, name: string): State {
  const state = scope.States[name];
  if (!state) throw new Error(`The definition has no state ${name}.`);
  return state;
}
