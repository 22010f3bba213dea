import type { Client } from '#client/client.ts';
import type { CliContext } from '../../cli/context.ts';
import type { LocalHost } from '../../local/host.ts';
import type { LocalGithub } from './local-github.ts';

/** What a story is told with. */
export interface Stage {
  readonly context: CliContext;
  readonly client: Client;
  readonly host: LocalHost;
  /** Where commits are shown what became of them. */
  readonly github: LocalGithub;
  /** Where repositories go. */
  readonly directory: string;
  /** When the demo began, in milliseconds since the epoch. */
  readonly startedMs: number;
  readonly signal: AbortSignal;
}
