import type { Manifest } from '#schemas/service/manifest.ts';
import { Refusal } from '../refusal.ts';
import type { Artifact, Deployment } from './deployment.ts';

interface ReleasePlan {
  readonly manifest: Manifest;
  readonly artifact: Artifact;
  /** Environment variables of the new version: the manifest's, and those that say what it is. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What goes out, from the record of the deployment. */
export function releasePlanOf(deployment: Deployment): ReleasePlan {
  const { manifest, artifact } = deployment;
  if (!manifest || !artifact) throw new Refusal('conflict', `Deployment ${deployment.id} has nothing to release yet.`);
  return {
    manifest,
    artifact,
    variables: {
      ...manifest.environments[deployment.environment]?.variables,
      DEPLOYMENT_ID: deployment.id,
      DEPLOYMENT_SERVICE: deployment.service,
      DEPLOYMENT_ENVIRONMENT: deployment.environment,
      DEPLOYMENT_COMMIT: deployment.commit,
    },
  };
}
