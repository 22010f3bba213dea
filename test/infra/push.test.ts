import { describe, expect, it } from 'vitest';
import { readSettings } from '#infra/settings.ts';
import { completeContext, deploymentServiceWith, resourcesOf } from './synthesized.ts';

const resources = resourcesOf(
  deploymentServiceWith({ ...completeContext, gitlabApiUrl: 'https://git.example.com/api/v4' }),
);

function functionNamed(name: string) {
  const found = resources.find(
    ({ type, properties }) =>
      type === 'AWS::Lambda::Function' && properties['FunctionName'] === `deployment-service-${name}`,
  );
  return found?.properties as { readonly Environment: { readonly Variables: Readonly<Record<string, string>> } };
}

describe('webhooks', () => {
  it.each(['receive-github-webhook', 'receive-gitlab-webhook'])('%s knows where its secret lies', (name) => {
    expect(functionNamed(name).Environment.Variables).toMatchObject({
      WEBHOOK_SECRETS: 'deployment-service/webhooks',
    });
  });

  it('are reached without the authorizer, for the delivery proves itself', () => {
    const open = resources
      .filter(({ type }) => type === 'AWS::ApiGateway::Method')
      .filter(({ properties }) => properties['AuthorizationType'] === 'NONE' && properties['HttpMethod'] === 'POST');
    expect(open.map(({ properties }) => String(properties['OperationName'])).sort()).toEqual([
      'receive-github-webhook',
      'receive-gitlab-webhook',
    ]);
  });

  it('and statuses are the only ones who read the secrets of providers, each its own', () => {
    const readers = resources
      .filter(({ type }) => type === 'AWS::IAM::Policy')
      .flatMap(({ properties }) => {
        const [kind] = JSON.stringify(properties).match(/secret:deployment-service\/(webhooks|tokens)\/\*/) ?? [];
        return kind === undefined
          ? []
          : [`${String(properties['PolicyName']).replace(/RoleDefaultPolicy.*/, '')} ${kind}`];
      });
    expect(readers.sort()).toEqual([
      'onstatusdue secret:deployment-service/tokens/*',
      'receivegithubwebhook secret:deployment-service/webhooks/*',
      'receivegitlabwebhook secret:deployment-service/webhooks/*',
    ]);
  });
});

describe('statuses', () => {
  it('go to the APIs that the installation names', () => {
    expect(functionNamed('on-status-due').Environment.Variables).toMatchObject({
      GITHUB_API_URL: 'https://api.github.com',
      GITLAB_API_URL: 'https://git.example.com/api/v4',
      PROVIDER_TOKENS: 'deployment-service/tokens',
    });
  });

  it.each([
    { githubApiUrl: 'http://api.github.com' },
    { gitlabApiUrl: 'gitlab.com' },
    { deploymentUrlTemplate: 'https://console.example.com/' },
  ])('are not configured by %j', (context) => {
    const given: Readonly<Record<string, string | undefined>> = { ...completeContext, ...context };
    expect(() => readSettings((name) => given[name])).toThrow(Object.keys(context)[0]);
  });
});

describe('machines', () => {
  it.each(['push', 'promotion'])('there is one named %s, with an alias', (name) => {
    const machines = resources.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine');
    expect(machines.map(({ properties }) => properties['StateMachineName'])).toContain(`deployment-service-${name}`);
  });
});
