import type { Manifest } from '#schemas/service/manifest.ts';
import type { Fault } from '../refusal.ts';
import { jsonPointer } from './json-pointer.ts';
import { settingName } from './setting-name.ts';

interface NotYet {
  /** Where it stands: a path with `*` for any name or number. */
  readonly setting: string;
  /** The values that are not supported; absent when the setting as a whole is not. */
  readonly values?: readonly string[];
  /** What the author does about it. */
  readonly wayOut: string;
}

/** THE TABLE: what the schema knows and this version does not do. A capability that comes takes its row away. */
const notYet: readonly NotYet[] = [
  {
    setting: 'strategy.type',
    values: ['canary', 'linear', 'blue_green'],
    wayOut: 'use immediate or rolling',
  },
  {
    setting: 'environments.*.strategy.type',
    values: ['canary', 'linear', 'blue_green'],
    wayOut: 'use immediate or rolling',
  },
  { setting: 'target.controller', values: ['codedeploy'], wayOut: 'use ecs' },
  {
    setting: 'reports.*.type',
    values: ['lcov', 'cobertura', 'sarif', 'cyclonedx', 'plan-json'],
    wayOut: 'remove this report, or write one of type junit',
  },
  { setting: 'environments.*.freeze', wayOut: 'remove it, and hold deployments back by hand' },
  { setting: 'environments.*.schedule', wayOut: 'remove it, or ask for an approval in its place' },
  { setting: 'gates', wayOut: 'remove it, or check in a stage of the build' },
  { setting: 'hooks', wayOut: 'remove it, or run the commands in a stage of the build' },
  { setting: 'infrastructure', wayOut: 'remove it, and apply Terraform on its own' },
  { setting: 'dependencies', wayOut: 'remove it, and deploy the other services first' },
  { setting: 'preview', wayOut: 'remove it' },
];

/**
 * What a valid manifest asks for and this version does not do, each with its place in the file and the way out.
 *
 * @param environment looks only at what a deployment to this environment needs; at everything if absent
 */
export function notYetSupported(manifest: Manifest, environment?: string): readonly Fault[] {
  const seen = environment === undefined ? manifest : neededBy(manifest, environment);
  return notYet.flatMap(({ setting, values, wayOut }) =>
    settingsAt(seen, setting.split('.'))
      .filter(({ value }) => (values ? values.some((each) => each === value) : isSet(value)))
      .map(({ path, value }) => {
        const what = values ? `${settingName(path)} ${String(value)}` : settingName(path);
        const message = `${what} is not supported by this version yet; ${wayOut}.`;
        return { code: 'unsupported', pointer: jsonPointer(path), message };
      }),
  );
}

/** A strategy that the environment replaces, and what other environments ask for, does not matter to this one. */
function neededBy(manifest: Manifest, environment: string): unknown {
  const { strategy, environments, ...rest } = manifest;
  const own = environments[environment];
  return {
    ...rest,
    ...(!own?.strategy && { strategy }),
    environments: own ? { [environment]: own } : {},
  };
}

/** An empty list asks for nothing. */
function isSet(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

interface Found {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

function settingsAt(value: unknown, steps: readonly string[], path: Found['path'] = []): readonly Found[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ path, value }];
  if (typeof value !== 'object' || value === null) return [];
  const children: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return children
    .filter(([name]) => step === '*' || step === name)
    .flatMap(([name, child]) => settingsAt(child, rest, [...path, name]));
}
