import { describe, expect, it } from 'vitest';
import { runDsctl } from '../../../cli/main.ts';
import { givenContext, json, problem } from './given-context.ts';

describe('dsctl register for ECS', () => {
  const view = {
    name: 'pay',
    repository: 'https://example.com/pay.git',
    manifestPath: 'service.yaml',
    owner: 'shop',
    environments: {
      production: {
        kind: 'ecs',
        cluster: 'shop',
        serviceName: 'pay-production',
        controller: 'codedeploy',
        url: 'http://p',
      },
    },
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  };
  const argv = 'register pay --repository https://example.com/pay.git --owner shop --environment production';

  it.each([
    ['--target ecs', { kind: 'ecs' }],
    ['--target ecs --cluster shop --controller codedeploy', { kind: 'ecs', cluster: 'shop', controller: 'codedeploy' }],
    ['--target lambda', {}],
  ])('sends with %s the target of each environment', async (more, target) => {
    let sent = '';
    const { context, text } = givenContext({
      routes: {
        'GET /v1/services/pay': () => problem(404, 'not_found'),
        'PUT /v1/services/pay': ({ init }) => {
          sent = init.body as string;
          return json(view, 201);
        },
      },
    });
    expect(await runDsctl([...argv.split(' '), ...more.split(' ')], context)).toBe(0);
    expect(JSON.parse(sent)).toMatchObject({ environments: { production: target } });
    expect(Object.keys((JSON.parse(sent) as typeof view).environments.production)).toEqual(Object.keys(target));
    expect(text.out).toContain('http://p  shop/pay-production');
  });

  it.each(['--cluster shop', '--controller ecs'])('refuses %s for a function', async (more) => {
    const { context, text, requests } = givenContext();
    expect(await runDsctl([...argv.split(' '), ...more.split(' ')], context)).toBe(2);
    expect(text.err).toContain('--target ecs');
    expect(requests).toEqual([]);
  });
});
