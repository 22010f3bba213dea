import type { ServerResponse } from 'node:http';
import { functionCatalog, functionNameOf, type FunctionRow } from '#functions/catalog.ts';
import { withDeps } from '#runtime/deps.ts';
import type { Lambda } from '../services/lambda/lambda.ts';
import type { FunctionDeps } from './deps-per-function.ts';

/** Event and context, and between them the stream where an answer is streamed. */
export type Handler = (event: unknown, ...rest: readonly unknown[]) => Promise<unknown>;
type StreamHandler = (event: unknown, stream: ServerResponse, context: unknown) => Promise<unknown>;

/**
 * Registers every function of the catalog with the local Lambda. Their handlers are the same files that the stack
 * bundles; they run in this process, in the scope of this host's dependencies.
 *
 * @param load where the handlers are; a bundle brings dependencies of its own
 */
export async function registerFunctions(
  lambda: Lambda,
  deps: FunctionDeps,
  load: (row: FunctionRow) => Promise<Handler> = loadSource,
) {
  // The handlers' loggers read this when they are loaded; a terminal is for what needs a person.
  process.env['POWERTOOLS_LOG_LEVEL'] ??= 'WARN';
  const streams = new Map<string, StreamHandler>();
  await Promise.all(
    functionCatalog.map(async (row) => {
      const handler = await load(row);
      const name = functionNameOf(row);
      if (isStreaming(row)) {
        streams.set(name, (event, stream, context) => withDeps(deps.of(name), () => handler(event, stream, context)));
        return;
      }
      lambda.register(name, {
        timeoutSeconds: row.timeoutSeconds,
        exited: () => deps.forget(name),
        handler: (event, context) => withDeps(deps.of(name), () => handler(event, context)),
      });
    }),
  );
  return {
    authorizer: functionNameOf(rowTriggeredBy('authorizer')),
    async stream(name: string, event: unknown, response: ServerResponse): Promise<void> {
      const handler = streams.get(name);
      if (!handler) throw new Error(`No function "${name}" streams.`);
      await handler(event, response, { functionName: name, awsRequestId: name });
    },
  };
}

function rowTriggeredBy(kind: FunctionRow['trigger']['kind']): FunctionRow {
  const row = functionCatalog.find(({ trigger }) => trigger.kind === kind);
  if (!row) throw new Error(`functions/catalog.ts has no function with the trigger "${kind}".`);
  return row;
}

function isStreaming({ trigger }: FunctionRow): boolean {
  return trigger.kind === 'api' && trigger.contract.streams === true;
}

async function loadSource({ entry }: FunctionRow): Promise<Handler> {
  // Not written into the call: a bundler in front of tests takes a pattern there for a list of files of its own.
  const file = `#functions/${entry}/handler.ts`;
  const module = (await import(file)) as { readonly handler: Handler };
  return module.handler;
}
