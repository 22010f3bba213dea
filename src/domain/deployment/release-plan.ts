import { lambdaSecretVariables } from '#schemas/service/lambda-secret-variables.ts';
import type { Manifest } from '#schemas/service/manifest.ts';
import { Refusal } from '../refusal.ts';
import type { Artifact, Deployment } from './deployment.ts';

interface ReleasePlan {
  readonly manifest: Manifest;
  readonly artifact: Artifact;
  /** Environment variables of the new version: the manifest's, and those that say what it is. */
  readonly variables: Readonly<Record<string, string>>;
  /** References of the secrets that it gets, by the names of their variables. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What goes out, from the record of the deployment. */
export function releasePlanOf(deployment: Deployment): ReleasePlan {
  const { manifest, artifact } = deployment;
  if (!manifest || !artifact) throw new Refusal('conflict', `Deployment ${deployment.id} has nothing to release yet.`);
  const secrets = manifest.environments[deployment.environment]?.secrets ?? {};
  return {
    manifest,
    artifact,
    secrets,
    variables: {
      ...manifest.environments[deployment.environment]?.variables,
      // ECS reads them itself; a function by the wrapper in its artifact.
      ...(manifest.target.type === 'lambda' && lambdaSecretVariables(secrets)),
      DEPLOYMENT_ID: deployment.id,
      DEPLOYMENT_SERVICE: deployment.service,
      DEPLOYMENT_ENVIRONMENT: deployment.environment,
      DEPLOYMENT_COMMIT: deployment.commit,
    },
  };
}
