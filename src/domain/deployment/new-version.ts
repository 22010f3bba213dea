import type { Deployment } from './deployment.ts';
import { releasePlanOf } from './release-plan.ts';

interface AnyVersion {
  /** SHA-256 of the artifact in hexadecimal, as it was signed. */
  readonly artifactDigest: string;
  /** Blob key of the zip, or name of the image with its digest. */
  readonly artifactKey: string;
  readonly memoryMb: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Names of variables and the references of their values, as `service.yaml` has them. Values never come this way. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Makes preparing it again give the same version. */
  readonly deploymentId: string;
  /** Shown with the version, so that a person finds the deployment that made it. */
  readonly description: string;
}

export interface FunctionVersion extends AnyVersion {
  readonly kind: 'lambda';
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutSeconds: number;
}

export interface TaskVersion extends AnyVersion {
  readonly kind: 'ecs';
  readonly command: readonly string[];
  readonly port: number;
  readonly cpuUnits: number;
  readonly stopTimeoutSeconds: number;
  /** Bounds of the number of tasks; without them it stays as it is. */
  readonly scaling?: { readonly minimum: number; readonly maximum: number };
}

/** A version of a target, as a release makes it. */
export type NewVersion = FunctionVersion | TaskVersion;

/** The version that a deployment is to make, from its record. */
export function newVersionOf(deployment: Deployment): NewVersion {
  const { manifest, artifact, variables, secrets } = releasePlanOf(deployment);
  const { target } = manifest;
  const version = {
    artifactDigest: artifact.digest,
    artifactKey: artifact.key,
    memoryMb: target.memoryMb,
    variables,
    secrets,
    deploymentId: deployment.id,
    description: `${deployment.commit.slice(0, 12)} by ${deployment.id}`,
  };
  if (target.type === 'lambda') {
    const { handler, runtime, timeoutSeconds } = target;
    return { kind: 'lambda', ...version, handler, runtime, timeoutSeconds };
  }
  const { command, port, cpuUnits, stopTimeoutSeconds } = target;
  const scaling = manifest.environments[deployment.environment]?.scaling;
  return { kind: 'ecs', ...version, command, port, cpuUnits, stopTimeoutSeconds, ...(scaling && { scaling }) };
}
