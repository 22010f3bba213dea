import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { verifyArtifactAudit } from '#domain/audit/verify-artifact-audit.ts';
import { appendFacts, emptyChain } from '#domain/event/chain.ts';
import type { ArtifactAudit } from '#schemas/evidence/artifact-audit.ts';
import { depId, moment } from '../../../support/builders.ts';

const digest = 'd'.repeat(64);
const identity = '1'.repeat(64);
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyId = 'arn:aws:kms:eu-west-1:000000000000:key/1';
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const isSigned = (text: string, signature: { readonly value: string }): boolean =>
  verify('sha256', Buffer.from(text), keys.publicKey, Buffer.from(signature.value, 'base64'));

function aStatement(changes: Readonly<Record<string, unknown>> = {}) {
  const statement = JSON.stringify({
    version: 1,
    service: 'orders',
    commit: 'a'.repeat(40),
    tree: 'b'.repeat(40),
    identity,
    format: 'zip',
    digest,
    sizeBytes: 3,
    builtBy: depId(),
    signedAt: moment().at,
    ...changes,
  });
  const value = sign('sha256', Buffer.from(statement), keys.privateKey).toString('base64');
  return { identity, statement, signature: { keyId, value } };
}

function anAudit(changes: Partial<ArtifactAudit> = {}): ArtifactAudit {
  const id = depId();
  const subject = { aggregate: id, service: 'orders', environment: 'staging', correlationId: 'c', traceId: 't' };
  const facts = [1, 2].map((run) => ({ type: 'deployment.queued' as const, data: { commit: 'a'.repeat(40), run } }));
  const { head, events } = appendFacts(emptyChain, subject, facts, moment());
  return {
    format: 'deployment-service/artifact-audit',
    version: 1,
    exportedAt: moment().at,
    service: 'orders',
    digest,
    publicKey: { keyId, pem: '' },
    statements: [aStatement()],
    deployments: [
      {
        record: { id, service: 'orders', environment: 'staging' },
        chain: { head, events: events.map(({ type, detail }) => ({ type, detail })) },
      },
    ],
    ...changes,
  };
}

const faultsOf = (audit: ArtifactAudit): readonly string[] =>
  verifyArtifactAudit(audit, { hash, isSigned }).flatMap(({ faults }) => faults);

describe('the audit of an artifact', () => {
  test('as it was made has no fault, and says what was looked at', () => {
    expect(verifyArtifactAudit(anAudit(), { hash, isSigned })).toEqual([
      { subject: `statement ${identity}`, faults: [] },
      { subject: `deployment ${depId()}`, links: 2, faults: [] },
    ]);
  });

  test.each([
    ['whose statement was changed', { ...aStatement(), statement: aStatement({ commit: 'c'.repeat(40) }).statement }],
    ['whose signature was changed', { ...aStatement(), signature: { keyId, value: 'AAAA' } }],
  ])('%s is found out', (_, statement) => {
    expect(faultsOf(anAudit({ statements: [statement] }))).toEqual([
      'the signature was not made by the key of this installation',
    ]);
  });

  test.each([
    ['about another artifact', { digest: 'e'.repeat(64) }, /about another artifact, e{12}/],
    ['about another service', { service: 'billing' }, /about the service "billing"/],
    ['about other content', { identity: '2'.repeat(64) }, /about other content/],
    ['that says nothing of its content', { identity: 7 }, /cannot be read/],
  ])('with a statement, truly signed, %s is found out', (_, changes, words) => {
    const faults = faultsOf(anAudit({ statements: [{ ...aStatement(changes), identity }] }));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(words);
  });

  test('without a statement, or with one that is gone, is not verified', () => {
    expect(faultsOf(anAudit({ statements: [] }))).toEqual(['there is none']);
    expect(faultsOf(anAudit({ statements: [{ identity }] }))).toEqual(['the signed statement is gone']);
  });

  test('with a link that was changed names the deployment and the link', () => {
    const audit = anAudit();
    const [use] = audit.deployments;
    const links = use?.chain.events.map((link, at) =>
      at === 0 ? { ...link, detail: { ...link.detail, actor: 'mallory' } } : link,
    );
    const tampered = { ...audit, deployments: [{ ...use, chain: { head: use?.chain.head, events: links } }] };
    expect(verifyArtifactAudit(tampered as ArtifactAudit, { hash, isSigned })[1]).toEqual({
      subject: `deployment ${depId()}`,
      links: 2,
      faults: ['#1 is not what #2 says it was: it was changed'],
    });
  });

  test('with a deployment of another service is found out', () => {
    const audit = anAudit();
    const foreign = audit.deployments.map((use) => ({ ...use, record: { ...use.record, service: 'billing' } }));
    expect(faultsOf({ ...audit, deployments: foreign })).toEqual([
      'it is a deployment of the service "billing"',
      'the record names the service billing, and the chain orders',
    ]);
  });

  const vote = { by: 'bob', vote: 'approve', at: moment().at };
  test.each([
    ['another actor', { actor: 'mallory' }, 'the record names the actor mallory, and the chain ada'],
    ['another commit', { commit: 'b'.repeat(40) }, /names the commit b{40}, and the chain a{40}/],
    ['another environment', { environment: 'production' }, /environment production, and the chain staging/],
    ['an end that never came', { status: 'succeeded' }, 'the record says that it succeeded, and the chain does not'],
    [
      'a vote that nobody gave',
      { approval: { votes: [vote] } },
      'the record has a vote of bob that the chain does not know',
    ],
  ])('with a record that tells of %s is found out', (_, changes, words) => {
    const audit = anAudit();
    const told = audit.deployments.map((use) => ({ ...use, record: { ...use.record, ...changes } }));
    expect(faultsOf({ ...audit, deployments: told })).toEqual([expect.stringMatching(words)]);
  });

  test('with a record that tells what its chain tells has no fault', () => {
    const id = depId();
    const subject = { aggregate: id, service: 'orders', environment: 'staging', correlationId: 'c', traceId: 't' };
    const decided = { by: 'bob', vote: 'approve', artifactDigest: digest, approvals: 1, quorum: 1 } as const;
    const facts = [
      { type: 'deployment.queued', data: { commit: 'a'.repeat(40), run: 1 } },
      { type: 'deployment.approval_decided', data: decided },
      { type: 'deployment.superseded', data: { by: depId(2) } },
    ] as const;
    const { head, events } = appendFacts(emptyChain, subject, facts, moment());
    const record = { id, service: 'orders', environment: 'staging', commit: 'a'.repeat(40), actor: 'ada' };
    const whole = { ...record, status: 'superseded', approval: { votes: [vote] } };
    const links = events.map(({ type, detail }) => ({ type, detail }));
    const use = { record: whole, chain: { head, events: links } } as ArtifactAudit['deployments'][number];
    expect(faultsOf(anAudit({ deployments: [use] }))).toEqual([]);
  });
});
