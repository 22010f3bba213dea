import { AssumeRoleCommand, STSClient } from '@aws-sdk/nested-clients/sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway, type Gateway } from '#local/gateway/gateway.ts';
import { createSts } from '#local/services/sts/sts.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

const RoleArn = 'arn:aws:iam::000000000000:role/teams/deploy-staging';
let clock: VirtualClock;
let gateway: Gateway;
let client: STSClient;

beforeEach(() => {
  clock = virtualClock();
  gateway = createGateway([createSts({ store: openStore(':memory:'), clock })]);
  client = new STSClient(against(gateway));
});

const assume = (more: { RoleArn?: string; DurationSeconds?: number; Policy?: string } = {}) =>
  client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'deployment-1', ...more }));

/** GetCallerIdentity as it looks on the wire: the client bundled with the SDK only assumes roles. */
async function whoAmI(credentials: { id: string; token?: string | undefined }): Promise<string> {
  const answer = await gateway.handle({
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.id}/20260101/eu-west-1/sts/aws4_request, Signature=0`,
      'content-type': 'application/x-www-form-urlencoded',
      ...(credentials.token ? { 'x-amz-security-token': credentials.token } : {}),
    },
    body: Buffer.from('Action=GetCallerIdentity&Version=2011-06-15'),
  });
  return Buffer.from(answer.body).toString('utf8');
}

describe('assuming a role', () => {
  it('gives credentials that run out, and that speak for the role until then', async () => {
    const { Credentials, AssumedRoleUser } = await assume({ DurationSeconds: 900 });
    const arn = 'arn:aws:sts::000000000000:assumed-role/deploy-staging/deployment-1';
    expect(AssumedRoleUser?.Arn).toBe(arn);
    expect(Credentials).toMatchObject({
      AccessKeyId: expect.stringMatching(/^ASIA[A-Z0-9]{16}$/) as string,
      Expiration: new Date(clock.now() + 900_000),
    });
    const held = { id: Credentials?.AccessKeyId ?? '', token: Credentials?.SessionToken };
    expect(await whoAmI(held)).toContain(`<Arn>${arn}</Arn>`);
    await clock.advance(900_000);
    expect(await whoAmI(held)).toContain('<Code>ExpiredToken</Code>');
  });

  it('keeps sessions apart', async () => {
    const one = await assume();
    const two = await assume({ RoleArn: 'arn:aws:iam::123456789012:role/deploy-staging' });
    expect(two.AssumedRoleUser?.Arn).toBe('arn:aws:sts::123456789012:assumed-role/deploy-staging/deployment-1');
    expect(two.AssumedRoleUser?.AssumedRoleId).not.toBe(one.AssumedRoleUser?.AssumedRoleId);
    const mixed = { id: one.Credentials?.AccessKeyId ?? '', token: two.Credentials?.SessionToken };
    expect(await whoAmI(mixed)).toContain('<Code>InvalidClientTokenId</Code>');
  });

  it('refuses what is no role, a duration out of bounds, and a session policy that it could not enforce', async () => {
    await expect(assume({ RoleArn: 'arn:aws:iam::000000000000:user/someone' })).rejects.toMatchObject({
      name: 'ValidationError',
    });
    await expect(assume({ DurationSeconds: 60 })).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(assume({ Policy: '{}' })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The local endpoint does not support the parameter Policy of AssumeRole.',
    });
  });
});

describe('the caller', () => {
  it('is the local user without a session', async () => {
    expect(await whoAmI({ id: 'local' })).toContain('<Arn>arn:aws:iam::000000000000:user/local</Arn>');
  });

  it('is nobody with a session that was never given out', async () => {
    expect(await whoAmI({ id: 'ASIAINVENTED0000', token: 'x' })).toContain('<Code>InvalidClientTokenId</Code>');
  });
});
