import * as fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { ecsManifest, firstVersionManifest, fullManifest } from './manifest-text.ts';

export interface Malformed {
  readonly kind: string;
  readonly source: string | Uint8Array;
}

type Path = readonly (string | number)[];
type Tree = Record<string, unknown>;

const base = fc.constantFrom(firstVersionManifest, fullManifest, ecsManifest);

/** Maps whose keys are names that the author chooses. */
const namedMaps = new Set(['environments', 'variables', 'secrets', 'arguments', 'environment']);
/** Settings that may hold any text, or text without a limit. */
const freeTexts = new Set(['variables', 'arguments', 'environment', 'commands', 'description', 'reason']);
/** Settings that are a word of a list. */
const words = new Set(['apiVersion', 'type', 'runtime', 'controller', 'stage']);
/** Settings without which what holds them is not valid; in the first version's, the function's and the container's file. */
const required: readonly (readonly [text: string, paths: readonly string[]])[] = [
  [firstVersionManifest, ['apiVersion', 'name', 'target', 'target.type', 'build', 'build.bundle', 'reports.0.path']],
  [
    fullManifest,
    [
      'target.handler',
      'target.runtime',
      'build.test.commands',
      'build.bundle.output',
      'environments',
      'environments.production.approval.groups',
      'environments.production.promoteFrom.environment',
      'environments.production.freeze.0.to',
      'environments.production.freeze.1.timeZone',
      'environments.production.schedule.0.days',
      'environments.staging.deployOn.branch',
      'environments.production-eu.strategy.type',
      'gates.0.policy',
      'infrastructure.directory',
      'dependencies.0.service',
      'notifications.0.webhook',
      'notifications.1.addresses',
    ],
  ],
  [
    ecsManifest,
    ['target.baseImage', 'target.command', 'environments.staging.scaling.maximum', 'build.bundle.commands'],
  ],
];

/** Changes of the values that leave no valid manifest, whichever one it was, by construction. */
const onTrees: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'an unknown key': changed(
    (at) => isMap(at.value) && !namedMaps.has(String(at.path.at(-1))),
    fc.string({ minLength: 1, maxLength: 12 }),
    (tree, at, name) => put(tree, [...at.path, `zz${name}`], 1),
  ),
  // No setting takes values of two types.
  'a value of another type': changed(
    () => true,
    fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true }),
      fc.string(),
      fc.array(fc.integer()),
      fc.object(),
    ),
    (tree, at, value) => (typeOf(value) === typeOf(at.value) ? undefined : put(tree, at.path, value)),
  ),
  'a number out of all bounds': changed(
    (at) => typeof at.value === 'number',
    fc.constantFrom(-1, -0.5, 0.5, 1e9, 1e308, Number.MAX_SAFE_INTEGER, Number.MIN_VALUE, 1e300 * 1e300),
    (tree, at, value) => put(tree, at.path, value),
  ),
  'a word that is no choice': changed(
    (at) => words.has(String(at.path.at(-1))),
    fc.string({ maxLength: 30 }),
    (tree, at, word) => put(tree, at.path, `zz${word}`),
  ),
  'a text that is far too long': changed(
    (at) => typeof at.value === 'string' && !at.path.some((step) => freeTexts.has(String(step))),
    fc.integer({ min: 1100, max: 5000 }),
    (tree, at, length) => put(tree, at.path, 'x'.repeat(length)),
  ),
  'a name that is not allowed': changed(
    (at) => namedMaps.has(String(at.path.at(-1))) && isMap(at.value),
    fc.constantFrom('9x', 'A B', 'Ä', '', '-', 'x'.repeat(150), 'pr-7 '),
    (tree, at, name) => put(tree, [...at.path, name], String(at.path.at(-1)) === 'environments' ? {} : 'text'),
  ),
};

const withoutRequired = fc
  .constantFrom(...required.flatMap(([text, paths]) => paths.map((path) => [text, path.split('.')] as const)))
  .map(([text, path]) => stringify(without(parse(text), path)));

/** Changes of the text that leave no valid manifest, by construction. */
const onTexts: Readonly<Record<string, fc.Arbitrary<string | Uint8Array>>> = {
  'a tab as indentation': lineChanged(/^ +(?!#)/, (line) => line.replace(/^ +/, '\t')),
  'a repeated setting': fc.tuple(base, fc.nat()).map(([text, pick]) => {
    const settings = text.match(/^[A-Za-z]+(?=:)/gm) ?? [];
    return `${text}${settings[pick % settings.length]}: {}\n`;
  }),
  'an invisible character': inserted(
    fc.constantFrom('\0', '\u0007', '\u001B[31m', '\u202E', '\u200B', '\uD800', '\u0085', '\uFFFF'),
  ),
  'a second document': fc
    .tuple(base, fc.constantFrom('a: 1', '- b', 'text', '{}'))
    .map(([text, more]) => `${text}---\n${more}\n`),
  'a tag': valueChanged((value) => `!zz ${value}`),
  'a bracket that is never closed': valueChanged((value) => `[${value}`),
  'a brace that is never closed': valueChanged((value) => `{${value}`),
  'an alias to nothing': valueChanged(() => '*nobody'),
  'a value nested too deeply': fc
    .tuple(base, fc.integer({ min: 25, max: 3000 }))
    .map(([text, depth]) => `${text}zz: ${'['.repeat(depth)}${']'.repeat(depth)}\n`),
  'a merge key': fc
    .tuple(base, fc.nat())
    .map(([text, at]) => intoLine(text, at, /^ {2,}[a-z].*$/i, (line) => `${line.match(/^ +/)?.[0]}<<: {}\n${line}`)),
  'a bomb of aliases': fc.tuple(base, fc.integer({ min: 5, max: 60 })).map(([text, levels]) => {
    const lines = Array.from({ length: levels }, (_, level) => {
      const items = Array.from({ length: 8 }, () => (level === 0 ? 'x' : `*a${level - 1}`));
      return `zz${level}: &a${level} [${items.join(', ')}]`;
    });
    return `${text}${lines.join('\n')}\n`;
  }),
  'a name of the prototype': fc
    .tuple(base, fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty'))
    .map(([text, name]) => `${text}${name}: { polluted: true }\n`),
  'a directive': fc
    .tuple(base, fc.constantFrom('%YAML 1.1', '%TAG ! tag:x,2000:', '%zz'))
    .map(([text, first]) => `${first}\n---\n${text}`),
  'an end that is missing': fc
    .tuple(base, fc.integer({ min: 0, max: 40 }))
    .map(([text, percent]) => text.slice(0, (text.length * percent) / 100)),
  'a lone carriage return': inserted(fc.constant('\r-')),
  'bytes that are no UTF-8': fc
    .tuple(base, fc.nat(), fc.constantFrom([0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8]))
    .map(([text, at, bad]) => {
      const bytes = [...new TextEncoder().encode(text)];
      bytes.splice(at % bytes.length, 0, ...bad);
      return Uint8Array.from(bytes);
    }),
  'UTF-16': base.map((text) =>
    Uint8Array.from([
      0xff,
      0xfe,
      ...new Uint8Array(Uint16Array.from(text, (character) => character.charCodeAt(0)).buffer),
    ]),
  ),
  'a file that is too large': fc
    .tuple(base, fc.integer({ min: 300_000, max: 600_000 }))
    .map(([text, size]) => `${text}# ${'-'.repeat(size)}`),
};

/** Random edits of the text; whether one is malformed, an oracle has to say. */
export const editedAtRandom: fc.Arbitrary<string> = fc
  .tuple(
    base,
    fc.array(
      fc.record({
        at: fc.nat(),
        removed: fc.nat(12),
        added: fc.oneof(
          fc.constantFrom('', '\n', '  ', ':', '- ', '{', ']', "'", '&calm ', '*calm', '#', '? '),
          fc.string(),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((now, { at, removed, added }) => {
      const from = at % (now.length + 1);
      return now.slice(0, from) + added + now.slice(from + removed);
    }, text),
  );

/** A manifest that is not valid, by construction. */
export const malformed: fc.Arbitrary<Malformed> = fc.oneof(
  ...Object.entries({ ...mapped(onTrees), 'a required setting that is not there': withoutRequired, ...onTexts }).map(
    ([kind, sources]) => sources.map((source): Malformed => ({ kind, source })),
  ),
);

function mapped(trees: typeof onTrees): Record<string, fc.Arbitrary<string>> {
  return Object.fromEntries(
    Object.entries(trees).map(([kind, values]) => [
      kind,
      // JSON is YAML too.
      fc
        .tuple(values, fc.boolean())
        .map(([value, asJson]) => (asJson && isPlain(value) ? JSON.stringify(value) : stringify(value))),
    ]),
  );
}

interface At {
  readonly path: Path;
  readonly value: unknown;
}

/** Changes one place of the values; an `undefined` of the change is tried again elsewhere. */
function changed<T>(
  isPlace: (at: At) => boolean,
  with_: fc.Arbitrary<T>,
  change: (tree: Tree, at: At, value: T) => unknown,
): fc.Arbitrary<unknown> {
  return fc
    .tuple(base, fc.nat(), with_)
    .map(([text, pick, value]) => {
      const tree = parse(text) as Tree;
      const places = placesOf(tree).filter(isPlace);
      const at = places[pick % places.length];
      return at && change(tree, at, value);
    })
    .filter((tree) => tree !== undefined);
}

function inserted(characters: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(base, fc.nat(), characters).map(([text, at, character]) => {
    const from = at % text.length;
    return text.slice(0, from) + character + text.slice(from);
  });
}

function lineChanged(pattern: RegExp, change: (line: string) => string): fc.Arbitrary<string> {
  return fc.tuple(base, fc.nat()).map(([text, pick]) => intoLine(text, pick, pattern, change));
}

/** Changes what follows `name: ` in a line that holds it all. */
function valueChanged(change: (value: string) => string): fc.Arbitrary<string> {
  return lineChanged(/^ *[A-Za-z-]+: [^#]/, (line) =>
    line.replace(/^( *[A-Za-z-]+: )(.*)$/, (_, name: string, value: string) => name + change(value)),
  );
}

function intoLine(text: string, pick: number, pattern: RegExp, change: (line: string) => string): string {
  const lines = text.split('\n');
  const fitting = [...lines.keys()].filter((index) => pattern.test(lines[index] ?? ''));
  const index = fitting[pick % fitting.length] ?? 0;
  return lines.with(index, change(lines[index] ?? '')).join('\n');
}

function placesOf(value: unknown, path: Path = []): readonly At[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  const children = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [{ path, value }, ...children.flatMap(([step, child]) => placesOf(child, [...path, step]))];
}

function put(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return by;
  const copy: object = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  Reflect.set(copy, step, put(Reflect.get(copy, step), rest, by));
  return copy;
}

function without(value: unknown, [step = '', ...rest]: Path): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const copy: object = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  if (rest.length === 0) Reflect.deleteProperty(copy, step);
  else Reflect.set(copy, step, without(Reflect.get(copy, step), rest));
  return copy;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return value === null ? 'null' : typeof value;
}

function isMap(value: unknown): boolean {
  return typeOf(value) === 'object';
}

/** JSON has no infinity. */
function isPlain(value: unknown): boolean {
  return placesOf(value).every((at) => typeof at.value !== 'number' || Number.isFinite(at.value));
}
