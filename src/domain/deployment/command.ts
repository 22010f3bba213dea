import type { Moment } from '../moment.ts';
import type { Write } from './decision.ts';
import type { Deployment } from './deployment.ts';

/** What a person asked for of a deployment on its way. Each is a row, written with what it changed. */
export interface Command {
  readonly deploymentId: string;
  /** Counts from 1 over the whole deployment. */
  readonly number: number;
  readonly kind: 'cancel' | 'retry' | 'approve' | 'reject';
  readonly run: number;
  readonly by: string;
  readonly at: string;
  readonly comment?: string;
}

/** The part of a decision that puts a command on record. */
export function recordCommand(
  deployment: Deployment,
  kind: Command['kind'],
  comment: string | undefined,
  moment: Moment,
): { readonly patch: Pick<Deployment, 'commands'>; readonly write: Write } {
  const number = (deployment.commands ?? 0) + 1;
  const { id, run } = deployment;
  const command: Command = {
    deploymentId: id,
    number,
    kind,
    run,
    by: moment.actor,
    at: moment.at,
    ...(comment !== undefined && { comment }),
  };
  return { patch: { commands: number }, write: { kind: 'put-command', command } };
}
