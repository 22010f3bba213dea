import type { Files } from './git-repository.ts';

interface SmallService {
  /** Commands of the stage `test`; without any there is no such stage. */
  readonly test?: readonly string[];
  readonly timeoutSeconds?: number;
  /** Further commands of the stage `bundle`. */
  readonly bundle?: readonly string[];
  /** Answered beside the commit, so that two commits can differ. */
  readonly text?: string;
}

const source = (text: string): string => `
export const handler = async ({ rawPath }) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(
    rawPath === '/health'
      ? { status: 'ok' }
      : {
          commit: process.env.DEPLOYMENT_COMMIT,
          environment: process.env.DEPLOYMENT_ENVIRONMENT,
          text: ${JSON.stringify(text)},
        },
  ),
});
`;

/** The files of a service that is built and released as fast as any can be. */
export function smallService(name: string, options: SmallService = {}): Files {
  const { test = [], timeoutSeconds = 60, bundle = [], text = 'hello' } = options;
  const manifest = {
    apiVersion: 'deployment-service/v1',
    name,
    target: { type: 'lambda', handler: 'index.handler', runtime: 'nodejs24.x' },
    build: {
      ...(test.length > 0 && { test: { commands: test, timeoutSeconds } }),
      bundle: { commands: ['mkdir dist', 'cp index.mjs dist/', ...bundle], output: 'dist', timeoutSeconds: 60 },
    },
    environments: { staging: {}, production: {} },
    healthCheck: { path: '/health', bodyContains: 'ok', successes: 1 },
  };
  // JSON is YAML too.
  return { 'service.yaml': `${JSON.stringify(manifest)}\n`, 'index.mjs': source(text) };
}
