import { resolve } from 'node:path';
import { pause } from '#client/pause.ts';
import type { CliContext } from './context.ts';
import { browserOf } from './terminal/browser.ts';
import { confirmOn } from './terminal/confirm.ts';
import { outputOf } from './terminal/output.ts';

export function processContext(): CliContext {
  const { env, platform } = process;
  const browse = browserOf(platform, env);
  const confirm = confirmOn({ input: process.stdin, output: process.stderr });
  return {
    output: { out: outputOf(process.stdout, env), err: outputOf(process.stderr, env) },
    env,
    cwd: process.cwd(),
    checkout: resolve(import.meta.dirname, '..'),
    fetch: globalThis.fetch,
    ...(browse && { browse }),
    ...(confirm && { confirm }),
    now: () => Date.now(),
    pause,
    every(milliseconds, action) {
      const timer = setInterval(action, milliseconds).unref();
      return () => clearInterval(timer);
    },
    onInterrupt(action) {
      // Not once: npx hands the signal on a second time, which would end the process before its last words.
      process.on('SIGINT', action);
      return () => process.removeListener('SIGINT', action);
    },
  };
}
