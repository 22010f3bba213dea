import type { Manifest } from '#schemas/service/manifest.ts';
import type { SourceFacts } from '#schemas/workflows/source-facts.ts';
import { buildIdentity } from '../manifest/build-identity.ts';
import { notYetSupported } from '../manifest/not-yet-supported.ts';
import { parseManifest } from '../manifest/parse-manifest.ts';
import { strategyOf } from '../manifest/strategy-of.ts';
import { nearest } from '../nearest.ts';
import { Refusal, type Fault } from '../refusal.ts';
import type { TargetRef } from '../service/service.ts';
import type { Deployment, Source } from './deployment.ts';

interface ResolvedSource {
  readonly source: Source;
  /** With the strategy of the deployment's environment: the one that counts. */
  readonly manifest: Manifest;
  readonly identity: string;
}

interface Surroundings {
  readonly digest: (text: string) => string;
  /** What builds; part of an artifact's identity, so that another toolchain never passes for this one. */
  readonly toolchain: string;
  /** Where the service's registration has this environment. */
  readonly target: TargetRef | undefined;
  /** Group that the service is registered with. */
  readonly owner?: string | undefined;
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
  { digest, toolchain, target, owner }: Surroundings,
): ResolvedSource {
  const parsed = parseManifest(manifestText);
  if (!parsed.ok) throw invalid(parsed.faults);
  const { manifest, places } = parsed;
  const faults = [
    ...wrongName(deployment, manifest),
    ...otherOwner(manifest, owner),
    ...missingEnvironment(deployment, manifest),
    ...otherTarget(deployment, manifest, target),
    ...notYetSupported(manifest, deployment.environment),
  ];
  if (faults.length > 0) throw invalid(places.place(faults));
  return {
    source: {
      tree: facts.tree,
      subject: facts.subject,
      author: facts.author.name,
      key: facts.sourceKey,
    },
    manifest: { ...manifest, strategy: strategyOf(manifest, deployment.environment) },
    identity: digest(buildIdentity(manifest, { tree: facts.tree, toolchain })),
  };
}

function wrongName(deployment: Deployment, manifest: Manifest): Fault[] {
  if (manifest.name === deployment.service) return [];
  return [
    { pointer: '/name', message: `is "${manifest.name}", but the service is registered as "${deployment.service}"` },
  ];
}

/** The registration decides who owns a service; whoever can change the file must not think that it does. */
function otherOwner(manifest: Manifest, owner: string | undefined): Fault[] {
  if (manifest.owner === undefined || owner === undefined || manifest.owner === owner) return [];
  const message = `is "${manifest.owner}", but the service is registered with the owner "${owner}"; change one of the two`;
  return [{ pointer: '/owner', message }];
}

/** Where a service goes is registered; a manifest that names another place must not be released as if it had not. */
function otherTarget({ environment }: Deployment, manifest: Manifest, target: TargetRef | undefined): Fault[] {
  const wanted = manifest.environments[environment];
  const own = `/environments/${environment}`;
  const pairs = [
    { pointer: `${own}/account`, wants: wanted?.account, has: target?.account },
    { pointer: `${own}/region`, wants: wanted?.region, has: target?.region },
    { pointer: `${own}/role`, wants: wanted?.role, has: target?.deployRole },
    ...(target ? kindPairs(manifest.target, target) : []),
  ];
  return pairs
    .filter(({ wants, has }) => wants !== undefined && wants !== has)
    .map(({ pointer, wants, has }) => ({
      pointer,
      message: `is ${wants}, but the environment is registered with ${has ?? 'none'}; change one of the two`,
    }));
}

function kindPairs(wanted: Manifest['target'], target: TargetRef) {
  const controllers = wanted.type === 'ecs' &&
    target.kind === 'ecs' && [{ pointer: '/target/controller', wants: wanted.controller, has: target.controller }];
  return [{ pointer: '/target/type', wants: wanted.type, has: target.kind }, ...(controllers || [])];
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
