import { serviceManifest } from './service-manifest.ts';

interface Approval {
  readonly quorum?: number;
  readonly timeoutSeconds?: number;
}

/** A manifest whose production wants the approval of `release-engineers`. */
export function approvedManifest({ quorum = 1, timeoutSeconds = 86_400 }: Approval = {}): string {
  const approval = `{ groups: [release-engineers], quorum: ${quorum}, timeoutSeconds: ${timeoutSeconds} }`;
  return serviceManifest().replace('  production: {}', `  production: { approval: ${approval} }`);
}
