import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSecrets } from '#domain/deployment/build-secrets.ts';
import { releasePlanOf } from '#domain/deployment/release-plan.ts';
import { taskSecrets } from '#domain/deployment/task-secrets.ts';
import { secretNameFaults, secretReferenceFaults } from '#schemas/service/secret-reference-faults.ts';
import { secrets } from '#schemas/service/secrets.ts';
import { manifestSchema } from '#schemas/service/manifest.ts';
import { aDeployment } from '#test/support/builders.ts';

const three = {
  URL: 'secretsmanager:orders/db',
  PASSWORD: 'secretsmanager:orders/db#password',
  KEY: 'ssm:/orders/api/key',
};

describe('a reference', () => {
  it.each([...Object.values(three), 'secretsmanager:orders/a_b+c=d.e@f-g/h#a.b-c_d', `ssm:${'/x'.repeat(15)}`])(
    'may be %s',
    (reference) => {
      expect(secrets.safeParse({ A: reference }).data).toEqual({ A: reference });
    },
  );

  it.each([
    'hunter2',
    'orders/db',
    'secretsmanager:',
    'secretsmanager:orders/*',
    'secretsmanager:orders/db:password',
    'secretsmanager:arn:aws:secretsmanager:eu-west-1:000000000000:secret:orders/db',
    'secretsmanager:orders/db#',
    'secretsmanager:orders/db#a#b',
    'ssm:orders/db',
    'ssm:/orders//db',
    'ssm:/orders/db:3',
    'ssm:/orders/*',
    `ssm:${'/x'.repeat(16)}`,
    'vault:orders/db',
    '',
    5,
  ])('may not be %s', (reference) => {
    expect(secrets.safeParse({ A: reference }).success).toBe(false);
  });

  it.each(['DEPLOYMENT_SECRETS', 'AWS_LAMBDA_EXEC_WRAPPER', 'AWS_REGION', 'CODEBUILD_X', 'a-b', '1A'])(
    'is not for a variable %s',
    (name) => {
      expect(secrets.safeParse({ [name]: three.KEY }).success).toBe(false);
    },
  );

  it('must lie in the own part of its store', () => {
    expect(secretReferenceFaults('orders', three)).toEqual([]);
    const others = {
      A: 'secretsmanager:billing/db',
      B: 'secretsmanager:orders-eu/db',
      C: 'secretsmanager:orders',
      D: 'secretsmanager:orders/',
      E: 'ssm:/billing/key',
      F: 'ssm:/orders',
      G: 'ssm:/ordersx/key',
      H: 'secretsmanager:/orders/db',
    };
    const found = secretReferenceFaults('orders', { ...three, ...others, odd: 5, text: 'orders/db' });
    expect(found.map(({ name }) => name)).toEqual(Object.keys(others));
    expect(found[0]?.message).toBe(
      'must begin with secretsmanager:orders/: a service reads its own secrets only. Store a copy there, or name that one',
    );
    expect(found[4]?.message).toMatch(/^must begin with ssm:\/orders\/:/);
  });

  it('under a name that is a variable as well is a fault', () => {
    expect(secretNameFaults({ A: '', B: '' }, { C: '1' }, { B: '2' })).toEqual([
      { name: 'B', message: 'must not be both a variable and a secret' },
    ]);
  });
});

describe('what is made of references', () => {
  it('for a build names the store, under a name that no variable of the kit has', () => {
    expect(buildSecrets(three)).toEqual([
      { Name: 'SECRET_URL', Type: 'SECRETS_MANAGER', Value: 'orders/db' },
      { Name: 'SECRET_PASSWORD', Type: 'SECRETS_MANAGER', Value: 'orders/db:password' },
      { Name: 'SECRET_KEY', Type: 'PARAMETER_STORE', Value: '/orders/api/key' },
    ]);
  });

  it('for a container is an ARN of the place where the service runs', () => {
    expect(taskSecrets(three, { partition: 'aws-cn', account: '222222222222', region: 'cn-north-1' })).toEqual([
      { name: 'URL', valueFrom: 'arn:aws-cn:secretsmanager:cn-north-1:222222222222:secret:orders/db' },
      { name: 'PASSWORD', valueFrom: 'arn:aws-cn:secretsmanager:cn-north-1:222222222222:secret:orders/db:password::' },
      { name: 'KEY', valueFrom: 'arn:aws-cn:ssm:cn-north-1:222222222222:parameter/orders/api/key' },
    ]);
  });

  it('for a function are its wrapper and the references, and nothing where there are none', () => {
    const manifest = manifestSchema.parse({
      apiVersion: 'deployment-service/v1',
      name: 'orders',
      target: { type: 'lambda', handler: 'index.handler', runtime: 'nodejs24.x' },
      build: { bundle: { commands: ['true'], output: 'dist' } },
      environments: { staging: { secrets: three, variables: { A: '1' } }, production: {} },
    });
    const artifact = { format: 'zip', digest: 'd', key: 'k', sizeBytes: 1, identity: 'i', signatureKey: 's' } as const;
    const plan = (environment: string) => releasePlanOf(aDeployment({ manifest, artifact, environment }));
    expect(plan('staging').secrets).toEqual(three);
    expect(plan('staging').variables).toMatchObject({
      A: '1',
      AWS_LAMBDA_EXEC_WRAPPER: '/var/task/.deployment-service/with-secrets',
      DEPLOYMENT_SECRETS:
        '{"URL":"secretsmanager:orders/db","PASSWORD":"secretsmanager:orders/db#password","KEY":"ssm:/orders/api/key"}',
    });
    expect(Object.keys(plan('production').variables).sort()).toEqual([
      'DEPLOYMENT_COMMIT',
      'DEPLOYMENT_ENVIRONMENT',
      'DEPLOYMENT_ID',
      'DEPLOYMENT_SERVICE',
    ]);
  });

  it('never leads out of the own part, whatever a manifest says', () => {
    const reference = fc.oneof(
      fc.string().map((text) => `secretsmanager:${text}`),
      fc.string().map((text) => `ssm:${text}`),
      fc.stringMatching(/^(secretsmanager:|ssm:\/)(orders|orders-eu|\.\.|\/)?[a-z/.#:*]{0,12}$/),
    );
    fc.assert(
      fc.property(reference, (text) => {
        const refs = { A: text };
        if (!secrets.safeParse(refs).success || secretReferenceFaults('orders', refs).length > 0) return;
        const [asVariable] = buildSecrets(refs);
        expect(asVariable?.Value).toMatch(/^\/?orders\/[^*?]+$/);
      }),
      { numRuns: 3_000 },
    );
  });
});
