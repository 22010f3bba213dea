#!/usr/bin/env node
import { runDsctl } from './main.ts';
import { processContext } from './process-context.ts';

// `dsctl list | head` closes the pipe early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runDsctl(process.argv.slice(2), processContext());
