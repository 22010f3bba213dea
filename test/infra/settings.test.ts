import { expect, it } from 'vitest';
import { readSettings } from '#infra/settings.ts';
import { completeContext, deploymentServiceWith, resourcesOf } from './synthesized.ts';

const settingsFrom = (context: Readonly<Record<string, string>>) => readSettings((name) => context[name]);

it('a complete context is taken as it is', () => {
  expect(settingsFrom({ ...completeContext, targetAccounts: '111111111111, 222222222222' })).toMatchObject({
    ...completeContext,
    repositorySchemes: 'https',
    targetAccounts: ['111111111111', '222222222222'],
    missing: [],
  });
});

it('faults of the context are told together', () => {
  const wrong = { ...completeContext, tokenIssuer: 'login', targetAccounts: '17', repositorySchemes: 'file' };
  for (const name of ['tokenIssuer', 'targetAccounts', 'repositorySchemes']) {
    expect(() => settingsFrom(wrong)).toThrow(new RegExp(name));
  }
});

it('numbers may come as the text of the command line, and are refused when they are none', () => {
  const given = { ...completeContext, requestsPerSecond: '250', requestsPerAddress: '5000', lambdaConcurrency: '3000' };
  expect(settingsFrom(given)).toMatchObject({
    requestsPerSecond: 250,
    requestsPerAddress: 5000,
    lambdaConcurrency: 3000,
  });
  expect(settingsFrom(completeContext)).toMatchObject({
    requestsPerSecond: 100,
    requestsPerAddress: 10_000,
    firewallMode: 'block',
  });
  const wrong = { requestsPerSecond: 'many', requestsPerAddress: '9', lambdaConcurrency: '1.5', firewallMode: 'off' };
  for (const [name, value] of Object.entries(wrong)) {
    expect(() => settingsFrom({ ...completeContext, [name]: value })).toThrow(new RegExp(`must be[^]*${name}`));
  }
});

it('a template with placeholders can be synthesized, and CloudFormation will refuse it by name', () => {
  const { tokenAudience: _left, ...context } = completeContext;
  const rules = JSON.stringify(deploymentServiceWith(context).get('data')?.Rules);
  expect(rules).toContain('-c tokenAudience=');
  expect(rules).not.toContain('-c tokenIssuer=');
});

it('a complete template is not refused', () => {
  expect(JSON.stringify(deploymentServiceWith(completeContext).get('data')?.Rules)).not.toContain('-c token');
});

it('another image for builds is another toolchain to the function that knows artifacts by it', () => {
  const [toolchain, ...others] = resourcesOf(
    deploymentServiceWith({ ...completeContext, buildImage: 'example/node:25' }),
  )
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .map(({ properties }) => /"BUILD_TOOLCHAIN":"([^"]*)"/.exec(JSON.stringify(properties))?.[1])
    .filter((value) => value !== undefined);
  expect(toolchain).toBe('example/node:25');
  expect(others).toEqual([]);
});

it('an address pattern for services reaches the function that registers them, and only that', () => {
  const serviceUrlTemplate = 'https://{service}.{environment}.example.com';
  const holders = resourcesOf(deploymentServiceWith({ ...completeContext, serviceUrlTemplate }))
    .filter(({ properties }) => JSON.stringify(properties).includes(serviceUrlTemplate))
    .map(({ properties }) => properties['FunctionName']);
  expect(holders).toEqual(['deployment-service-register-service']);
});
