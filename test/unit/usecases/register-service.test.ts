import { fetchAccess } from '#domain/service/fetch-access.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';
import { registerService, type RegisterServiceInput } from '#usecases/register-service.ts';
import { aCaller } from './given-caller.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

function aRegistration(changes: Partial<RegisterServiceInput> = {}): RegisterServiceInput {
  return {
    name: uniqueService(),
    repository: 'https://example.test/orders.git',
    manifestPath: 'service.yaml',
    owner: 'team',
    environments: { staging: { kind: 'lambda' } },
    ...changes,
  };
}

/** An installation with settings of its own. */
function register(
  input: RegisterServiceInput,
  settings: { repositorySchemes: readonly string[]; serviceUrlTemplate?: string } = {
    repositorySchemes: ['https', 'ssh'],
    serviceUrlTemplate: 'https://{service}.{environment}.example.test',
  },
) {
  const { services, deployments, clock, digest } = account.deps;
  const images = { imageRepositories: 'registry.example/services', imagePlatform: 'linux/arm64' };
  const runnerBounds = { limit: 1, most: 1 };
  const archive = { recordMonths: 12, logDays: 30 };
  const installation = { region: 'eu-north-1', toolchain: 'any', runnerBounds, ...archive, ...images, ...settings };
  return registerService({ services, deployments, clock, digest, settings: installation }, input, aCaller());
}

describe('registering a service', () => {
  test('under the name of the installation itself is refused: its secrets lie under that name', async () => {
    await expect(register(aRegistration({ name: 'deployment-service' }))).rejects.toMatchObject({
      code: 'validation_error',
      faults: [{ pointer: '/path/service', message: expect.stringContaining('another name') as string }],
    });
    expect(await account.deps.services.find('deployment-service')).toBeUndefined();
  });

  test('fills in what follows from the names', async () => {
    const input = aRegistration({
      environments: {
        staging: { kind: 'lambda' },
        production: { kind: 'lambda', alias: 'prod', region: 'eu-north-1' },
      },
    });
    const { service, created } = await register(input);
    expect(created).toBe(true);
    const url = (environment: string) => `https://${input.name}.${environment}.example.test`;
    expect(service.environments).toEqual({
      staging: { kind: 'lambda', functionName: `${input.name}-staging`, alias: 'live', url: url('staging') },
      production: {
        kind: 'lambda',
        functionName: `${input.name}-production`,
        alias: 'prod',
        url: url('production'),
        region: 'eu-north-1',
      },
    });
    expect(await account.deps.services.find(input.name)).toEqual(service);
    expect((await register({ ...input, owner: 'another' })).created).toBe(false);
  });

  test('many times at once ends as one after the other, and only one of them made it', async () => {
    const input = aRegistration();
    const owners = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(owners.map((owner) => register({ ...input, owner })));
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(answers.map(({ service }) => service.rev))).toEqual(new Set([1, 2, 3, 4, 5]));
    const last = answers.find(({ service }) => service.rev === 5);
    expect(await account.deps.services.find(input.name)).toEqual(last?.service);
  });

  test.each([
    ['another service has', 'secretsmanager:another/git', 'must begin with secretsmanager:'],
    ['another service has as a parameter', 'ssm:/another/git', 'must begin with ssm:/'],
  ])('is refused with credentials that %s', async (_, repositoryCredentials, message) => {
    const input = aRegistration({ repository: 'https://git.example.com/o.git', repositoryCredentials });
    await expect(register(input)).rejects.toMatchObject({
      code: 'validation_error',
      faults: [{ pointer: '/repositoryCredentials', message: expect.stringContaining(message) as string }],
    });
    expect(await account.deps.services.find(input.name)).toBeUndefined();
  });

  test('keeps the reference of its credentials, until it is replaced without one', async () => {
    const plain = aRegistration({ repository: 'https://git.example.com/o.git' });
    const repositoryCredentials = `secretsmanager:${plain.name}/git#token`;
    await register({ ...plain, repositoryCredentials });
    const kept = await account.deps.services.find(plain.name);
    expect(kept).toMatchObject({ repositoryCredentials });
    expect(kept && fetchAccess(kept)).toEqual([
      { Name: 'REPOSITORY_CREDENTIALS', Type: 'SECRETS_MANAGER', Value: `${plain.name}/git:token` },
    ]);
    await register(plain);
    expect(await account.deps.services.find(plain.name)).not.toHaveProperty('repositoryCredentials');
  });

  test('is refused with a connection to what it does not lead to', async () => {
    const connection = 'arn:aws:codeconnections:eu-west-1:111122223333:connection/01234567-89ab-cdef-0123-456789abcdef';
    await register(aRegistration({ repository: 'https://github.com/acme/orders.git', connection }));
    for (const repository of ['https://git.example.com/acme/orders.git', 'ssh://git@github.com/acme/orders.git']) {
      await expect(register(aRegistration({ repository, connection }))).rejects.toMatchObject({
        faults: [{ pointer: '/connection' }],
      });
    }
  });

  test('is refused without a URL where no template makes one', async () => {
    const input = aRegistration({
      environments: { staging: { kind: 'lambda', url: 'https://x.test' }, production: { kind: 'lambda' } },
    });
    await expect(register(input, { repositorySchemes: ['https'] })).rejects.toMatchObject({
      code: 'validation_error',
      faults: [{ pointer: '/environments/production/url' }],
    });
    expect(await account.deps.services.find(input.name)).toBeUndefined();
  });
});

describe('a target', () => {
  const registered = (name: string, environments: RegisterServiceInput['environments']) =>
    register(aRegistration({ name, environments }));

  test('whose function would have a name that Lambda does not take is refused, unless the name is given', async () => {
    const service = 'o'.repeat(40);
    const longest = 'e'.repeat(23);
    expect((await registered(service, { [longest]: { kind: 'lambda' } })).service.environments).toMatchObject({
      [longest]: { functionName: `${service}-${longest}` },
    });
    await expect(registered(service, { [`${longest}e`]: { kind: 'lambda' } })).rejects.toMatchObject({
      code: 'validation_error',
      faults: [
        {
          pointer: `/environments/${longest}e/functionName`,
          message: expect.stringMatching(/"o+-e+", .* has 65 characters, and Lambda takes 64/) as string,
        },
      ],
    });
    const named = await registered(service, { [`${longest}e`]: { kind: 'lambda', functionName: 'short' } });
    expect(named.service.environments).toMatchObject({ [`${longest}e`]: { functionName: 'short' } });
  });

  test('in a region from which Lambda cannot read the artifacts is refused', async () => {
    const name = uniqueService();
    await expect(registered(name, { staging: { kind: 'lambda', region: 'us-east-1' } })).rejects.toMatchObject({
      code: 'validation_error',
      faults: [
        {
          pointer: '/environments/staging/region',
          message: expect.stringMatching(/^must be eu-north-1, where this deployment service runs/) as string,
        },
      ],
    });
    expect(await account.deps.services.find(name)).toBeUndefined();
  });
});

describe('a repository', () => {
  test.each(['https://example.test/a.git', 'ssh://git@example.test/a.git', 'https://example.test:8443/a/b.c'])(
    'may be %s',
    async (repository) => {
      expect((await register(aRegistration({ repository }))).service.repository).toBe(repository);
    },
  );

  test.each([
    { repository: 'file:///srv/git/orders', message: /"file:\/\/" is not allowed here/ },
    { repository: 'http://example.test/a.git', message: /"http:\/\/" is not allowed here/ },
    { repository: 'ext::sh -c id', message: /must be a URL/ },
    { repository: 'git@example.test:a.git', message: /must be a URL/ },
    { repository: '/srv/git/orders', message: /must be a URL/ },
    { repository: 'HTTPS://example.test/a.git', message: /must be a URL/ },
    { repository: 'https://ada:secret@example.test/a.git', message: /must not contain a password/ },
    { repository: 'https://ada:@example.test/a.git', message: /must not contain a password/ },
    { repository: 'https://ada@team:secret@example.test/a.git', message: /must not contain a password/ },
    { repository: 'https://example.test/../a.git', message: /must not contain "\.\."/ },
    { repository: 'https://example.test/a b.git', message: /blanks/ },
    { repository: 'https://example.test\\@evil.test/a.git', message: /backslashes/ },
    { repository: 'https://example.test/a.git\n--upload-pack=x', message: /must/ },
  ])('must not be $repository', async ({ repository, message }) => {
    const input = aRegistration({ repository });
    await expect(register(input)).rejects.toMatchObject({
      code: 'validation_error',
      faults: [{ pointer: '/repository', message: expect.stringMatching(message) as string }],
    });
    expect(await account.deps.services.find(input.name)).toBeUndefined();
  });

  test('with a password is refused without repeating the password', async () => {
    const refused = register(aRegistration({ repository: 'https://ada:hunter2@example.test/a.git' }));
    const error: unknown = await refused.catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error)).not.toContain('hunter2');
    expect(String(error)).not.toContain('hunter2');
  });

  test('may be a file where the installation says so', async () => {
    const repository = 'file:///srv/git/orders';
    const settings = { repositorySchemes: ['file'], serviceUrlTemplate: 'http://{service}.test' };
    expect((await register(aRegistration({ repository }), settings)).created).toBe(true);
  });
});
