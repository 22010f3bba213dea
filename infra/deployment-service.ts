import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tags, type App, type Environment } from 'aws-cdk-lib';
import type { Settings } from './settings.ts';
import { ApiStack } from './stacks/api.ts';
import { DataStack } from './stacks/data.ts';
import { EventsStack } from './stacks/events.ts';
import { FunctionsStack } from './stacks/functions.ts';
import { RunnersStack } from './stacks/runners.ts';
import { WorkflowsStack } from './stacks/workflows.ts';

interface DeploymentServiceProps {
  readonly settings: Settings;
  /** Where `scripts/build.ts` has put the bundles and the runner kit. */
  readonly dist: string;
  readonly env?: Environment;
}

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
  const api = new ApiStack(app, 'api', { ...stack('api'), functions });
  // Requests come in last, when everything that they set off is there.
  for (const before of [events, workflows]) api.addStackDependency(before);

  Tags.of(app).add('application', 'deployment-service');
}
