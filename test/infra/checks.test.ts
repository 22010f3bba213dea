import { Stack, Validations, type App } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import * as z from 'zod';
import { beforeAll, describe, expect, it } from 'vitest';
import { TemplateChecks } from '#infra/checks.ts';
import { addDeploymentService, completeContext, synthesize } from './synthesized.ts';

/** Every setting that brings something of its own into a template. */
const everything = {
  ...completeContext,
  targetAccounts: '111122223333',
  traceEndpoint: 'xray',
  emailSender: 'deployments@example.com',
  artifactServiceUrl: 'https://artifacts.example.com',
  connections: 'arn:aws:codeconnections:eu-west-1:000000000000:connection/11111111-2222-3333-4444-555555555555',
};

interface Acknowledged {
  readonly path: string;
  readonly id: string;
  readonly reason: string;
}

function acknowledgedBelow(root: IConstruct): readonly Acknowledged[] {
  return root.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(z.record(z.string(), z.string()).parse(data)))
      .map(([id, reason]) => ({ path: node.path, id: id.replace(/^annotation::/i, ''), reason })),
  );
}

/** What is wrong with an app, checked as the synthesis does: once the templates are made. */
function checked(define: (app: App, dist: string) => void) {
  let made: App | undefined;
  synthesize((app, dist) => {
    made = app;
    define(app, dist);
  });
  const app = made as App;
  const { violations } = new TemplateChecks(app).validateScope(app);
  return {
    findings: violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    ),
    acknowledged: acknowledgedBelow(app),
  };
}

describe.each([
  ['with what it cannot do without', completeContext],
  ['with every setting', everything],
])('an installation %s', (_, context) => {
  let result: ReturnType<typeof checked>;
  beforeAll(() => {
    result = checked((app, dist) => addDeploymentService(app, dist, context));
  });

  it('has no finding without a written reason', () => {
    expect(result.findings).toEqual([]);
  });

  it('gives each reason as a sentence', () => {
    expect(result.acknowledged.length).toBeGreaterThan(20);
    for (const { id, reason } of result.acknowledged) {
      expect(reason, id).toMatch(/^[A-Z][^\n]{30,}\.$/);
    }
  });

  it('acknowledges where the thing is, never for a whole stack', () => {
    const wide = result.acknowledged.filter(({ path }) => !path.includes('/'));
    expect(wide).toEqual([]);
  });

  it('acknowledges a wildcard by its name, never all wildcards of a role', () => {
    const ids = [...new Set(result.acknowledged.map(({ id }) => id))];
    expect(ids.filter((id) => /IAM[45]/.test(id) && !/^AwsSolutions-IAM[45]\[.+\]$/.test(id))).toEqual([]);
    expect(ids.filter((id) => !id.includes('['))).toEqual(
      expect.arrayContaining(['AwsSolutions-APIG4', 'AwsSolutions-CB4', 'AwsSolutions-COG4', 'AwsSolutions-SQS3']),
    );
  });

  it('lets only these rules stand at all', () => {
    const rules = new Set(result.acknowledged.map(({ id }) => id.replace(/\[.*$/, '')));
    expect([...rules].sort()).toEqual(
      ['APIG4', 'CB4', 'CB5', 'COG4', 'IAM4', 'IAM5', 'SQS3'].map((rule) => `AwsSolutions-${rule}`),
    );
  });
});

it('a role that may do something to everything, and does not say why, is a finding', () => {
  const { findings } = checked((app) => {
    const role = new Role(new Stack(app, 'careless'), 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
  });
  expect(findings).toEqual(['AwsSolutions-IAM5[Resource::*] at careless/Role/DefaultPolicy/Resource']);
});
