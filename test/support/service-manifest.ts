interface ManifestParts {
  readonly name?: string;
  readonly environments?: readonly string[];
  /** Lines put at the end, as they are. */
  readonly more?: string;
}

/** A `service.yaml` with all four stages, a test report and a quick health check. */
export function serviceManifest(parts: ManifestParts = {}): string {
  const { name = 'orders', environments = ['staging', 'production'], more = '' } = parts;
  return `apiVersion: deployment-service/v1
name: ${name}
target:
  type: lambda
  handler: index.handler
  runtime: nodejs24.x
build:
  install:
    commands: [npm ci]
  compile:
    commands: [npm run compile]
  test:
    commands: [npm test]
  bundle:
    commands: [npm run bundle]
    output: dist
reports:
  - stage: test
    type: junit
    path: reports/junit.xml
environments:
${environments.map((each) => `  ${each}: {}`).join('\n')}
healthCheck:
  successes: 2
  deadlineSeconds: 10
${more}`;
}
