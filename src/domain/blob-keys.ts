/** Every key in the blob bucket. The runner kit writes under the prefixes that its plan and environment name. */
export const blobKeys = {
  sourceFacts: (service: string, commit: string) => `sources/${service}/${commit}/commit.json`,
  sourceManifest: (service: string, commit: string) => `sources/${service}/${commit}/service.yaml`,
  buildPlan: (deploymentId: string, run: number) => `plans/${deploymentId}/${run}.json`,
  artifactPrefix: (service: string) => `artifacts/${service}/`,
  artifact: (service: string, digest: string) => `artifacts/${service}/${digest}.zip`,
  signature: (service: string, digest: string) => `artifacts/${service}/${digest}.sig.json`,
  reportPrefix: (deploymentId: string, run: number) => `reports/${deploymentId}/${run}/`,
} as const;
