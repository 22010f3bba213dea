import type { Files } from '#test/support/git-repository.ts';

const manifest = {
  apiVersion: 'deployment-service/v1',
  name: 'overhead',
  target: { type: 'lambda', handler: 'index.handler', runtime: 'nodejs24.x' },
  build: {
    install: { commands: ['true'], timeoutSeconds: 60 },
    compile: { commands: ['true'], timeoutSeconds: 60 },
    test: { commands: ['true'], timeoutSeconds: 60 },
    bundle: { commands: ['mkdir dist', 'cp index.mjs dist/'], output: 'dist', timeoutSeconds: 60 },
  },
  environments: { staging: {} },
  strategy: { type: 'immediate' },
  healthCheck: { path: '/health', successes: 1 },
};

const source = (text: string): string => `export const handler = async () => ({ statusCode: 200, body: '${text}' });\n`;

/** The steps of the service, in order: what its deployment must have done. */
export const eightSteps = ['source', 'install', 'compile', 'test', 'bundle', 'sign', 'release', 'verify'] as const;

/** Every stage there is, and as little in each as can be. Another text is another artifact. */
export function eightStepService(text: string): Files {
  // JSON is YAML too.
  return { 'service.yaml': `${JSON.stringify(manifest)}\n`, 'index.mjs': source(text) };
}
