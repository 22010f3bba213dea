import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Aws, Stack, Tags, type App, type Environment } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { boundaryArn } from './names.ts';
import type { Settings } from './settings.ts';
import { ApiStack } from './stacks/api.ts';
import { DataStack } from './stacks/data.ts';
import { EventsStack } from './stacks/events.ts';
import { FunctionsStack } from './stacks/functions.ts';
import { ObservabilityStack } from './stacks/observability.ts';
import { RunnersStack } from './stacks/runners.ts';
import { WorkflowsStack } from './stacks/workflows.ts';

interface DeploymentServiceProps {
  readonly settings: Settings;
  /** Where `scripts/build.ts` has put the bundles and the runner kit. */
  readonly dist: string;
  readonly env?: Environment;
}

/** Of whichever stack names it. */
const here = { partition: Aws.PARTITION, account: Aws.ACCOUNT_ID, region: Aws.REGION };
const root = fileURLToPath(new URL('..', import.meta.url));

/** The whole service on one screen. Each stack uses those above it; what would point back is told by name (`names.ts`). */
export function deploymentService(app: App, { settings, dist, env }: DeploymentServiceProps): void {
  const stack = (what: string) => ({ env, stackName: `deployment-service-${what}` });

  const data = new DataStack(app, 'data', { ...stack('data'), settings });
  const functions = new FunctionsStack(app, 'functions', {
    ...stack('functions'),
    settings,
    data,
    codeOf: (name) => join(dist, 'functions', name),
  });
  const events = new EventsStack(app, 'events', { ...stack('events'), functions });
  const runners = new RunnersStack(app, 'runners', {
    ...stack('runners'),
    settings,
    data,
    functions,
    kit: join(dist, 'runner-kit.zip'),
    buildspecAt: (path) => join(root, path),
  });
  const workflows = new WorkflowsStack(app, 'workflows', {
    ...stack('workflows'),
    data,
    functions,
    runners,
    definitionAt: (file) => join(root, 'state-machines', file),
  });
  const api = new ApiStack(app, 'api', { ...stack('api'), settings, functions });
  // Requests come in last, when everything that they set off is there.
  for (const before of [events, workflows]) api.addStackDependency(before);

  new ObservabilityStack(app, 'observability', { ...stack('observability'), settings, data });

  // Every role has the boundary, and its policy lies with the data.
  PermissionsBoundary.of(app).apply(ManagedPolicy.fromManagedPolicyArn(data, 'Boundary', boundaryArn(here)));
  for (const each of app.node.children) {
    if (each instanceof Stack && each !== data) each.addStackDependency(data);
  }
  Tags.of(app).add('application', 'deployment-service');
}
