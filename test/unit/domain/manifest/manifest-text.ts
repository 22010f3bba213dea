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

/** A manifest with every setting. */
export const fullManifest = `apiVersion: deployment-service/v1
name: orders
description: Takes orders.
target: { type: lambda, handler: src/index.handler, runtime: nodejs22.x, memoryMb: 128, timeoutSeconds: 900 }
build:
  arguments: { NODE_ENV: production }
  environment: { CI: 'true' }
  install: { commands: [npm ci], timeoutSeconds: 300 }
  compile:
    commands:
      - npm run compile
  test: { commands: ["npm test"] }
  bundle: { commands: [npm run bundle], output: dist }
  cache: { paths: [node_modules, packages/.cache] }
reports:
  - { stage: test, type: junit, path: reports/junit.xml }
environments:
  staging:
    variables: { LOG_LEVEL: debug }
  production:
    variables: &calm { LOG_LEVEL: info, EMPTY: '' }
    account: '012345678901'
    region: us-gov-west-1
    role: arn:aws:iam::012345678901:role/teams/deploy
  production-eu:
    variables: *calm
strategy: { type: immediate }
healthCheck:
  path: /health?deep=1
  status: 204
  bodyContains: ok
  successes: 3
  intervalSeconds: 2
  timeoutSeconds: 4
  deadlineSeconds: 30
`;
