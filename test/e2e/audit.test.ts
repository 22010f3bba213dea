import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getDeployment } from '#schemas/api/get-deployment.ts';
import { verifyAudit } from '#schemas/api/verify-audit.ts';
import type { ArtifactAudit } from '#schemas/evidence/artifact-audit.ts';
import { localCredentials } from '#local/stack/client-options.ts';
import { names, region } from '#local/stack/names.ts';
import { begin, register, untilOver } from '#test/support/deployments.ts';
import { startE2eHost, tokenFrom, type E2eHost } from '#test/support/e2e-host.ts';
import { mintToken } from '#test/support/mint-token.ts';
import { smallService } from '#test/support/small-service.ts';
import { paintWhen } from '../../cli/render/paint.ts';
import { runDsctl } from '../../cli/main.ts';

describe('the audit of what was released', () => {
  let host: E2eHost;
  let folder = '';
  let digest = '';
  /** To staging, and the same artifact to production. */
  let ids: readonly string[] = [];

  beforeAll(async () => {
    host = await startE2eHost();
    folder = await mkdtemp(join(tmpdir(), 'audit-'));
    const repository = await host.repository('audited');
    const commit = await repository.commit(smallService('audited'));
    await register(host.api, 'audited', repository.url);
    const staging = await begin(host.api, 'audited', 'staging', commit);
    expect((await untilOver(host.api, staging)).status).toBe('succeeded');
    const production = await begin(host.api, 'audited', 'production', commit);
    expect((await untilOver(host.api, production)).status).toBe('succeeded');
    ids = [staging, production];
    const { body } = await host.api.call(getDeployment, { params: { deploymentId: production } });
    digest = body.artifact?.digest ?? '';
  }, 120_000);
  afterAll(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** As the person at this machine; without `online` there is no service that could answer. */
  async function dsctl(argv: readonly string[], { online = true } = {}) {
    let printed = '';
    const stream = {
      write: (text: string) => void (printed += text),
      isTerminal: false,
      paint: paintWhen(false),
      size: () => ({ columns: 100, rows: 40 }),
    };
    const code = await runDsctl(argv, {
      output: { out: stream, err: stream },
      env: {
        DEPLOYMENT_SERVICE_URL: host.apiUrl,
        DEPLOYMENT_SERVICE_TOKEN: await tokenFrom(host.credentialsFile),
      },
      cwd: folder,
      fetch: online ? fetch : () => Promise.reject(new TypeError('there is no network')),
      now: () => Date.now(),
      pause: () => Promise.resolve(),
      every: () => () => undefined,
      onInterrupt: () => () => undefined,
    });
    return { code, printed };
  }

  it('verifies the chain of a deployment, page by page as well', async () => {
    const [deploymentId = ''] = ids;
    const { code, printed } = await dsctl(['audit', 'verify', deploymentId]);
    expect([code, printed]).toEqual([0, expect.stringContaining(`✓ deployment ${deploymentId}`)]);
    const seqs: number[] = [];
    for (let after = 0; ;) {
      const { body } = await host.api.call(verifyAudit, { params: { deploymentId }, query: { after, limit: 4 } });
      expect(body.verification).toEqual({ status: 'intact', faults: [] });
      seqs.push(...body.events.map(({ detail }) => detail.seq));
      if (body.next === undefined) {
        expect(body.head.seq).toBe(seqs.length);
        break;
      }
      after = body.next;
    }
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(seqs.length).toBeGreaterThan(10);
  });

  it('exports all about an artifact into a file that is verified without the service', async () => {
    const { code, printed } = await dsctl(['audit', 'export', 'audited', digest, '--out', 'audit.json']);
    expect([code, printed]).toEqual([0, expect.stringContaining('Written to audit.json.')]);
    const audit = JSON.parse(await readFile(join(folder, 'audit.json'), 'utf8')) as ArtifactAudit;
    expect(audit.deployments.map(({ record }) => record.id).toSorted()).toEqual([...ids].sort());
    expect(audit.statements).toHaveLength(1);
    const offline = await dsctl(['audit', 'verify', 'audit.json'], { online: false });
    expect(offline.code).toBe(0);
    expect(offline.printed).toMatch(/✓ statement [0-9a-f]{64}\n[\s\S]*Every hash and every signature fits\./);
  });

  it.each([
    ['who asked for it', (text: string) => text.replace(/"actor": "[^"]+"/, '"actor": "mallory"')],
    ['when something happened', (text: string) => text.replace(/"occurredAt": "2/, '"occurredAt": "3')],
    ['the commit in the statement', (text: string) => text.replace(/\\"commit\\":\\"./, '\\"commit\\":\\"x')],
    ['a link of the chain', (text: string) => text.replace(/"seq": 3,/, '"seq": 4,')],
    ['the key', (text: string) => text.replace(/BEGIN PUBLIC KEY-----\\n.{10}/, 'BEGIN PUBLIC KEY-----\\nAAAAAAAAAA')],
  ])('finds out that somebody changed %s in an exported file', async (_, tamper) => {
    await dsctl(['audit', 'export', 'audited', digest, '--out', 'whole.json']);
    const whole = await readFile(join(folder, 'whole.json'), 'utf8');
    const tampered = tamper(whole);
    expect(tampered).not.toBe(whole);
    await writeFile(join(folder, 'tampered.json'), tampered);
    const { code, printed } = await dsctl(['audit', 'verify', 'tampered.json'], { online: false });
    expect([code, printed]).toEqual([1, expect.stringContaining('This is not what was written.')]);
  });

  it('says what cannot be verified, and how it is asked for', async () => {
    await writeFile(join(folder, 'other.json'), '{"format":"something"}');
    expect(await dsctl(['audit', 'verify', 'other.json'])).toMatchObject({
      code: 2,
      printed: expect.stringContaining('is not an export') as string,
    });
    expect(await dsctl(['audit', 'verify', digest])).toMatchObject({
      code: 2,
      printed: expect.stringContaining('--service') as string,
    });
    expect(await dsctl(['audit', 'verify', 'f'.repeat(64), '--service', 'audited'])).toMatchObject({ code: 4 });
    expect(await dsctl(['audit', 'verify', 'nothing-there'])).toMatchObject({ code: 2 });
  });

  it('is for those whose roles let them audit', async () => {
    const path = `/v1/deployments/${ids[0]}/audit`;
    const asRole = async (role: string) =>
      host.api.as(await mintToken(host.directory, { subject: 'ada', roles: [role] }));
    expect((await (await asRole('release-engineer')).refused('GET', path)).status).toBe(403);
    expect((await (await asRole('security')).request('GET', path)).status).toBe(200);
  });

  it('names the link that somebody changed in the table', async () => {
    const [, deploymentId = ''] = ids;
    const client = new DynamoDBClient({ region, endpoint: host.awsUrl, credentials: localCredentials });
    await DynamoDBDocumentClient.from(client).send(
      new UpdateCommand({
        TableName: names.table,
        Key: { pk: `OUT#${deploymentId}`, sk: '0000000005' },
        UpdateExpression: 'SET detail.actor = :mallory',
        ExpressionAttributeValues: { ':mallory': 'mallory' },
      }),
    );
    client.destroy();
    const { code, printed } = await dsctl(['audit', 'verify', deploymentId]);
    expect([code, printed]).toEqual([1, expect.stringContaining('#5 is not what #6 says it was: it was changed')]);
    const artifact = await dsctl(['audit', 'verify', `sha256:${digest}`, '--service', 'audited', '--json']);
    expect(artifact.code).toBe(1);
    expect(JSON.parse(artifact.printed)).toMatchObject({ status: 'broken' });
  });
});
