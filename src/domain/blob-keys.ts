import type { CachedStage } from './build-cache/cached-stage.ts';

/** Every key in the blob bucket. The runner kit writes under the prefixes that its plan and environment name. */
export const blobKeys = {
  sourceFacts: (service: string, commit: string) => `sources/${service}/${commit}/commit.json`,
  sourceManifest: (service: string, commit: string) => `sources/${service}/${commit}/service.yaml`,
  /** Nobody can guess the seal, so only the build that is told the key finds the plan, and the token in it. */
  buildPlan: (deploymentId: string, run: number, seal: string) => `plans/${deploymentId}/${run}-${seal}.json`,
  /** Where a build puts its artifact. Only what was found there and verified is copied to the service's own. */
  uploadPrefix: (deploymentId: string, run: number) => `uploads/${deploymentId}/${run}/`,
  upload: (deploymentId: string, run: number, digest: string) => `uploads/${deploymentId}/${run}/${digest}.zip`,
  artifact: (service: string, digest: string) => `artifacts/${service}/${digest}.zip`,
  // Two trees can build equal bytes; each has a statement of its own.
  signature: (service: string, digest: string, identity: string) =>
    `artifacts/${service}/${digest}.${identity}.sig.json`,
  /** Where a build puts what its stages left, each under the digest of its archive. */
  cacheUploadPrefix: (deploymentId: string, run: number) => `uploads/${deploymentId}/${run}/cache/`,
  cacheUpload: (deploymentId: string, run: number, sha256: string) => `uploads/${deploymentId}/${run}/cache/${sha256}`,
  /** By the archive's digest too: of two builds that store the same stage at once, neither writes over the other's. */
  cached: ({ service, trust, stage, key, sha256 }: CachedStage) =>
    `cache/${service}/${trust}/${stage}/${key}/${sha256}`,
  reportPrefix: (deploymentId: string, run: number) => `reports/${deploymentId}/${run}/`,
} as const;
