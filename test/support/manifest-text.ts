import { readFileSync } from 'node:fs';

/** The shortest manifest that is valid, as text; `more` is appended at the root. */
export function shortManifest(more = ''): string {
  return `apiVersion: deployment-service/v1
name: orders
target:
  type: lambda
  handler: index.handler
  runtime: nodejs24.x
build:
  bundle:
    commands: [npm run bundle]
    output: dist
environments:
  staging: {}
${more}`;
}

const example = (name: string): string =>
  readFileSync(new URL(`../../schemas/service/examples/${name}.yaml`, import.meta.url), 'utf8');

/** A manifest of the first version of the service, with every setting that there was. */
export const firstVersionManifest = example('first-version');

/** A function with every setting that goes with one. */
export const fullManifest = example('lambda');

/** A container service with every setting that goes with one. */
export const ecsManifest = example('ecs');
