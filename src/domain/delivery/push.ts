import type { Failure } from '#schemas/workflows/failure.ts';
import type { Provider, PushOrigin } from '#schemas/workflows/push-origin.ts';

/** Who pushed, as the provider knows them. */
export interface Pusher {
  readonly login: string;
  readonly name: string;
  readonly email?: string;
}

/** A push to a branch, as a verified delivery tells of it. */
export interface PushNotice extends PushOrigin {
  readonly commit: string;
  readonly forced: boolean;
  readonly pusher: Pusher;
  /** Identities of the repository, one for each of its addresses. */
  readonly addresses: readonly string[];
  /** When it was pushed, where the payload says so. */
  readonly pushedAtMs?: number;
}

/** What a verified delivery comes to. */
export type Delivery =
  | { readonly kind: 'push'; readonly push: PushNotice }
  | { readonly kind: 'ignored'; readonly reason: string };

/** A push as it is recorded for one service. */
export interface Push extends PushOrigin {
  readonly service: string;
  /** Number of its event. */
  readonly seq: number;
  readonly commit: string;
  readonly pusher: Pusher;
  readonly at: string;
  readonly atMs: number;
  readonly correlationId: string;
  readonly outcome?: PushOutcome;
}

/** What came of it: none when no environment wanted it. */
export interface PushOutcome {
  readonly deployments: readonly string[];
  readonly rejection?: Failure;
}

/** Who acts when nobody but a push does. */
export function actorOf({ provider, pusher }: { readonly provider: Provider; readonly pusher: Pusher }): string {
  return `push:${provider}:${pusher.login}`;
}
