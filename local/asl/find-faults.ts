import { assignFaults, fault, PLAIN_KINDS, pointer, type Fault, type PlainKind } from './field-kinds.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { EXACTLY_ONE, SUPPORTED, type FieldTable, type Kind } from './support.ts';
import { waitsForToken } from './task-token.ts';

/** What a field's check has to know of where the field stands. */
interface Surroundings {
  /** States that a transition may name. */
  readonly states: ReadonlySet<string>;
  /** Variables of the scopes around this one: a branch cannot assign them. */
  readonly outer: ReadonlySet<string>;
  /** What is outer to the branches of this scope: `outer` and what its own states assign. */
  readonly inside: ReadonlySet<string>;
  readonly resources: readonly string[];
  /** State names seen anywhere in the machine so far; they are unique across branches. */
  readonly taken: Set<string>;
}

/** Everything in a definition that is outside the closed list, in the order of the definition. */
export function findFaults(definition: unknown, resources: readonly string[]): readonly Fault[] {
  const none = {
    states: new Set<string>(),
    outer: new Set<string>(),
    inside: new Set<string>(),
    taken: new Set<string>(),
  };
  return scopeFaults(definition, '', SUPPORTED.machine, { ...none, resources });
}

function scopeFaults(value: unknown, place: string, table: FieldTable, around: Surroundings): readonly Fault[] {
  const states = isJsonObject(value) && isJsonObject(value['States']) ? Object.keys(value['States']) : [];
  return objectFaults(value, place, table, { ...around, states: new Set(states) });
}

function objectFaults(value: unknown, place: string, table: FieldTable, around: Surroundings): readonly Fault[] {
  if (!isJsonObject(value)) return fault(place, 'must be an object');
  const missing = Object.entries(table)
    .filter(([name, kind]) => kind.endsWith('!') && !(name in value))
    .map(([name]) => ({ place, message: `must have ${name}` }));
  const wrong = Object.entries(value).flatMap(([name, field]) => {
    const at = `${place}/${pointer(name)}`;
    const kind = table[name]?.replace('!', '') as Kind | undefined;
    return kind
      ? fieldFaults(kind, field, at, around)
      : fault(at, `the local interpreter does not support ${name} here`);
  });
  return [...missing, ...wrong];
}

function fieldFaults(kind: Kind, value: unknown, place: string, around: Surroundings): readonly Fault[] {
  switch (kind) {
    case 'states':
      return statesFaults(value, place, around);
    case 'branches':
      return listFaults(value, place, (branch, at) =>
        scopeFaults(branch, at, SUPPORTED.branch, { ...around, outer: around.inside }),
      );
    case 'processor':
      return scopeFaults(value, place, SUPPORTED.processor, { ...around, outer: around.inside });
    case 'choices':
      return listFaults(value, place, (rule, at) => objectFaults(rule, at, SUPPORTED.rule, around));
    case 'retriers':
      return [
        ...listFaults(value, place, (rule, at) => objectFaults(rule, at, SUPPORTED.retrier, around)),
        ...catchAllFaults(value, place),
      ];
    case 'catchers':
      return [
        ...listFaults(value, place, (rule, at) => objectFaults(rule, at, SUPPORTED.catcher, around)),
        ...catchAllFaults(value, place),
      ];
    case 'state-name':
      if (typeof value === 'string' && around.states.has(value)) return [];
      return fault(place, `names no state beside it: ${JSON.stringify(value)}`);
    case 'resource':
      if (typeof value === 'string' && around.resources.includes(value)) return [];
      return fault(place, `the local interpreter does not support the resource ${JSON.stringify(value)}`);
    case 'assign':
      return [...assignFaults(value, place), ...shadowFaults(value, place, around.outer)];
    default:
      return PLAIN_KINDS[kind satisfies PlainKind](value, place);
  }
}

function statesFaults(value: unknown, place: string, around: Surroundings): readonly Fault[] {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return fault(place, 'must be an object of states');
  const within = { ...around, inside: new Set([...around.outer, ...Object.values(value).flatMap(assignedBy)]) };
  return Object.entries(value).flatMap(([name, state]) => {
    const at = `${place}/${pointer(name)}`;
    const twice = around.taken.has(name) ? fault(at, 'another state of the machine has this name') : [];
    around.taken.add(name);
    if (name.length > 80) return [...twice, ...fault(at, 'has a name of more than 80 characters')];
    return [...twice, ...stateFaults(state, at, within)];
  });
}

function stateFaults(state: unknown, place: string, around: Surroundings): readonly Fault[] {
  if (!isJsonObject(state)) return fault(place, 'must be an object');
  const { Type: type, ...fields } = state;
  if (!isSupportedType(type)) {
    return fault(`${place}/Type`, `the local interpreter does not support states of type ${JSON.stringify(type)}`);
  }
  const choices: readonly (readonly string[])[] = EXACTLY_ONE[type];
  return [
    ...objectFaults(fields, place, SUPPORTED.states[type], around),
    ...choices
      .filter((names) => names.filter((name) => name in state).length !== 1)
      .flatMap((names) => fault(place, `must have exactly one of ${names.join(' and ')}`)),
    ...heartbeatFaults(state, place),
  ];
}

/** Nothing else than the holder of a token can send a heartbeat. */
function heartbeatFaults(state: JsonObject, place: string): readonly Fault[] {
  const { Resource: resource, HeartbeatSeconds: heartbeat, TimeoutSeconds: timeout } = state;
  if (heartbeat === undefined) return [];
  const at = `${place}/HeartbeatSeconds`;
  if (typeof resource !== 'string' || !waitsForToken(resource)) {
    return fault(at, 'the local interpreter does not support HeartbeatSeconds on a task that waits for no token');
  }
  const long = typeof heartbeat === 'number' && typeof timeout === 'number' && heartbeat >= timeout;
  return long ? fault(at, 'must be less than TimeoutSeconds') : [];
}

function isSupportedType(type: unknown): type is keyof typeof SUPPORTED.states {
  return typeof type === 'string' && Object.hasOwn(SUPPORTED.states, type);
}

function listFaults(
  value: unknown,
  place: string,
  each: (item: unknown, place: string) => readonly Fault[],
): readonly Fault[] {
  if (!Array.isArray(value) || value.length === 0) return fault(place, 'must be a list of at least one');
  return value.flatMap((item: unknown, index) => each(item, `${place}/${index}`));
}

/** `States.ALL` hides what comes after it, so it stands alone and last. */
function catchAllFaults(value: unknown, place: string): readonly Fault[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((rule: unknown, index) => {
    const names: unknown = isJsonObject(rule) ? rule['ErrorEquals'] : [];
    if (!Array.isArray(names) || !names.includes('States.ALL')) return [];
    if (names.length === 1 && index === value.length - 1) return [];
    return fault(`${place}/${index}/ErrorEquals`, 'States.ALL must stand alone, in the last rule');
  });
}

function shadowFaults(value: unknown, place: string, outer: ReadonlySet<string>): readonly Fault[] {
  if (!isJsonObject(value)) return [];
  return Object.keys(value)
    .filter((name) => outer.has(name))
    .flatMap((name) =>
      fault(`${place}/${pointer(name)}`, 'is a variable of an outer scope, which a branch cannot assign'),
    );
}

/** Names that a state assigns, on any way out of it. */
function assignedBy(state: unknown): readonly string[] {
  if (!isJsonObject(state)) return [];
  const rules = [state['Choices'], state['Catch']].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  return [state, ...rules].flatMap((exit) =>
    isJsonObject(exit) && isJsonObject(exit['Assign']) ? Object.keys(exit['Assign']) : [],
  );
}
