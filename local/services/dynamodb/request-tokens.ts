import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '../../clock.ts';
import { ServiceFault } from '../../gateway/wire.ts';

const REMEMBERED_MS = 10 * 60 * 1000;

/** The client request tokens of the transactions that were committed in the last ten minutes. */
export interface RequestTokens {
  /**
   * True when this very request was committed before and must not be applied again.
   *
   * @throws ServiceFault IdempotentParameterMismatchException for another request under the same token
   */
  isReplay(token: string, digest: string): boolean;
  remember(token: string, digest: string): void;
}

export function openRequestTokens(store: DatabaseSync, clock: HostClock): RequestTokens {
  const find = store.prepare('SELECT digest FROM ddb_request_token WHERE token = ? AND expires_ms > ?');
  const put = store.prepare('INSERT OR REPLACE INTO ddb_request_token VALUES (?, ?, ?)');
  return {
    isReplay(token, digest) {
      const known = find.get(token, clock.now())?.['digest'];
      if (known !== undefined && known !== digest) {
        throw new ServiceFault(
          'IdempotentParameterMismatchException',
          'A request with this ClientRequestToken was made before with other parameters',
        );
      }
      return known !== undefined;
    },
    remember(token, digest) {
      put.run(token, digest, clock.now() + REMEMBERED_MS);
    },
  };
}

export function digestOf(request: unknown): string {
  return hash('sha256', JSON.stringify(request), 'base64url');
}
