import { describe, expect, it } from 'vitest';
import { allowedBy, pairsOf } from './policies.ts';
import {
  arnOf,
  completeContext,
  deploymentServiceWith,
  installation,
  ofType,
  resourcesOf,
  type Resource,
} from './synthesized.ts';

const services = 'arn:aws:ecr:eu-west-1:000000000000:repository/deployment-service/*';

/** What the function may do in the registry, `action on resource`, and its variables about images. */
function ofFunction(name: string, resources: readonly Resource[] = installation()) {
  const found = resources.find(({ properties }) => properties['FunctionName'] === `deployment-service-${name}`);
  const role = resources.find((each) => arnOf(each) === found?.properties['Role']);
  if (!found || !role) throw new Error(`There is no function ${name} with a role.`);
  const { Variables } = found.properties['Environment'] as { Variables: Record<string, string> };
  return {
    may: [...pairsOf(allowedBy(role, resources))].filter((pair) => pair.startsWith('ecr:')).sort(),
    variables: Object.fromEntries(Object.entries(Variables).filter(([each]) => each.startsWith('IMAGE_'))),
  };
}

describe('the registry of images', () => {
  it('copies public base images when they are first asked for', () => {
    expect(ofType('AWS::ECR::PullThroughCacheRule').map(({ properties }) => properties)).toEqual([
      { EcrRepositoryPrefix: 'ecr-public', UpstreamRegistryUrl: 'public.ecr.aws' },
    ]);
  });

  it('lets copies expire that no tag means any more', () => {
    const [template, ...others] = ofType('AWS::ECR::RepositoryCreationTemplate');
    expect(others).toEqual([]);
    expect(template?.properties).toMatchObject({ Prefix: 'ecr-public', AppliedFor: ['PULL_THROUGH_CACHE'] });
    expect(JSON.parse(String(template?.properties['LifecyclePolicy']))).toMatchObject({
      rules: [{ selection: { tagStatus: 'untagged', countUnit: 'days', countNumber: 14 }, action: { type: 'expire' } }],
    });
  });

  it('gets the repository of a service from the function that plans its build', () => {
    const { may, variables } = ofFunction('resolve-manifest');
    expect(may).toEqual([`ecr:CreateRepository on ${services}`, `ecr:PutLifecyclePolicy on ${services}`]);
    expect(variables).toEqual({
      IMAGE_REPOSITORIES: '000000000000.dkr.ecr.eu-west-1.amazonaws.com/deployment-service',
      IMAGE_PLATFORM: 'linux/arm64',
    });
  });

  it('is shared with the accounts that are named, and then only', () => {
    const shared = resourcesOf(
      deploymentServiceWith({ ...completeContext, targetAccounts: '111111111111,222222222222' }),
    );
    const { may, variables } = ofFunction('resolve-manifest', shared);
    expect(may).toContain(`ecr:SetRepositoryPolicy on ${services}`);
    expect(variables['IMAGE_READERS']).toBe('111111111111,222222222222');
  });

  it.each(['sign-artifact', 'prepare-release'])('is read by %s, and nothing more', (name) => {
    expect(ofFunction(name).may).toEqual([`ecr:BatchGetImage on ${services}`]);
  });
});
