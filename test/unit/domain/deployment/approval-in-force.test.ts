import { describe, expect, test } from 'vitest';
import { approvalInForce } from '#domain/deployment/approval-in-force.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { refuseUnapproved } from '#domain/deployment/request-approval.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { approvedManifest } from '#test/support/approved-environment.ts';
import { aDeployment } from '#test/support/builders.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';

function manifestOf(text: string) {
  const parsed = parseManifest(text);
  if (!parsed.ok) throw new Error('The manifest is not valid.');
  return parsed.manifest;
}

describe('the approval in force', () => {
  const strict = manifestOf(approvedManifest({ quorum: 2 }));
  const loose = manifestOf(serviceManifest());

  test('is that of the release that serves, whatever the next commit says', () => {
    expect(approvalInForce('production', loose, { manifest: strict })).toMatchObject({ quorum: 2 });
    const own = manifestOf(approvedManifest({ quorum: 1 }));
    expect(approvalInForce('production', own, { manifest: strict })).toMatchObject({ quorum: 2 });
  });

  test("is the commit's own before the first release, and where what serves has none", () => {
    expect(approvalInForce('production', strict, undefined)).toMatchObject({ quorum: 2 });
    expect(approvalInForce('production', strict, { manifest: loose })).toMatchObject({ quorum: 2 });
    expect(approvalInForce('production', loose, { manifest: loose })).toBeUndefined();
    expect(approvalInForce('staging', strict, { manifest: strict })).toBeUndefined();
  });

  test('is the one that stood before a rollback, whatever the manifest says that it brought back', () => {
    const standingApproval = { groups: ['release-engineers'], quorum: 3, timeoutSeconds: 60 };
    expect(approvalInForce('production', loose, { manifest: loose, standingApproval })).toMatchObject({ quorum: 3 });
    expect(approvalInForce('production', loose, { manifest: strict, standingApproval })).toMatchObject({ quorum: 3 });
  });
});

describe('a release that needs an approval', () => {
  const digest = 'd'.repeat(64);
  const granted: NonNullable<Deployment['approval']> = {
    run: 1,
    artifactDigest: digest,
    groups: ['release-engineers'],
    quorum: 1,
    requestedAt: '2026-01-01T12:00:00.000Z',
    expiresAt: '2026-01-01T13:00:00.000Z',
    expiresAtMs: Date.UTC(2026, 0, 1, 13),
    votes: [],
    state: 'approved',
  };
  const needing = (approval?: Deployment['approval']): Deployment =>
    aDeployment({
      approvalRule: { groups: ['release-engineers'], quorum: 1, timeoutSeconds: 60 },
      artifact: { format: 'zip', digest, key: 'k', sizeBytes: 1, identity: 'i', signatureKey: 's' },
      ...(approval && { approval }),
    });

  test('goes out with it', () => {
    expect(() => refuseUnapproved(needing(granted))).not.toThrow();
    expect(() => refuseUnapproved(aDeployment())).not.toThrow();
  });

  test.each([
    ['none', undefined],
    ['one that is still waited for', { ...granted, state: 'waiting' as const }],
    ['one of another run', { ...granted, run: 2 }],
    ['one of another artifact', { ...granted, artifactDigest: 'e'.repeat(64) }],
  ])('is refused with %s', (_name, approval) => {
    expect(() => refuseUnapproved(needing(approval))).toThrow(/needs an approval of this very artifact/);
  });
});
