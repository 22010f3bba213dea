import type { Manifest } from '#schemas/service/manifest.ts';
import type { SourceFacts } from '#schemas/workflows/source-facts.ts';
import { buildIdentity } from '../manifest/build-identity.ts';
import { parseManifest } from '../manifest/parse-manifest.ts';
import { nearest } from '../nearest.ts';
import { Refusal, type Fault } from '../refusal.ts';
import type { TargetRef } from '../service/service.ts';
import type { Deployment, Source } from './deployment.ts';

interface ResolvedSource {
  readonly source: Source;
  readonly manifest: Manifest;
  readonly identity: string;
}

interface Surroundings {
  readonly digest: (text: string) => string;
  /** What builds; part of an artifact's identity, so that another toolchain never passes for this one. */
  readonly toolchain: string;
  /** Where the service's registration has this environment. */
  readonly target: TargetRef | undefined;
}

/**
 * Reads the manifest of a fetched commit for one deployment that goes to a registered target.
 *
 * @throws Refusal `validation_error` with every fault, each with line and column
 */
export function resolveSource(
  deployment: Deployment,
  facts: SourceFacts,
  manifestText: string | Uint8Array,
  { digest, toolchain, target }: Surroundings,
): ResolvedSource {
  const parsed = parseManifest(manifestText);
  if (!parsed.ok) throw invalid(parsed.faults);
  const { manifest } = parsed;
  const faults = [
    ...wrongName(deployment, manifest),
    ...missingEnvironment(deployment, manifest),
    ...otherTarget(deployment, manifest, target),
  ];
  if (faults.length > 0) throw invalid(faults);
  return {
    source: {
      tree: facts.tree,
      subject: facts.subject,
      author: facts.author.name,
      key: facts.sourceKey,
    },
    manifest,
    identity: digest(buildIdentity(manifest, { tree: facts.tree, toolchain })),
  };
}

function wrongName(deployment: Deployment, manifest: Manifest): Fault[] {
  if (manifest.name === deployment.service) return [];
  return [
    { pointer: '/name', message: `is "${manifest.name}", but the service is registered as "${deployment.service}"` },
  ];
}

/** Where a service goes is registered; a manifest that names another place must not be released as if it had not. */
function otherTarget({ environment }: Deployment, manifest: Manifest, target: TargetRef | undefined): Fault[] {
  const wanted = manifest.environments[environment];
  const pairs = [
    { name: 'account', wants: wanted?.account, has: target?.account },
    { name: 'region', wants: wanted?.region, has: target?.region },
    { name: 'role', wants: wanted?.role, has: target?.deployRole },
  ];
  return pairs
    .filter(({ wants, has }) => wants !== undefined && wants !== has)
    .map(({ name, wants, has }) => ({
      pointer: `/environments/${environment}/${name}`,
      message: `is ${wants}, but the environment is registered with ${has ?? 'none'}; change one of the two`,
    }));
}

function missingEnvironment(deployment: Deployment, manifest: Manifest): Fault[] {
  const known = Object.keys(manifest.environments);
  if (known.includes(deployment.environment)) return [];
  const suggestion = nearest(deployment.environment, known);
  return [
    {
      pointer: '/environments',
      message: `has no "${deployment.environment}"; it has ${known.join(', ')}`,
      ...(suggestion !== undefined && { suggestion }),
    },
  ];
}

function invalid(faults: readonly Fault[]): Refusal {
  const shown = faults.slice(0, 5).map((fault) => {
    const place = fault.line === undefined ? fault.pointer : `${fault.line}:${fault.column} ${fault.pointer}`;
    return `${place} ${fault.message}`;
  });
  const more = faults.length > shown.length ? ` (and ${faults.length - shown.length} more)` : '';
  return new Refusal('validation_error', `service.yaml is not valid: ${shown.join('; ')}${more}`, { faults });
}
