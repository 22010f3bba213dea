import type { Credentials } from './credentials.ts';

/** The token endpoint does not take the credentials. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  readonly hint: string;

  constructor(credentials: Credentials, status: number, reason: string | undefined) {
    super(`${credentials.tokenUrl} gives no token (status ${status})${reason === undefined ? '' : `: ${reason}`}.`);
    this.hint = `The credentials are those of ${credentials.file}; a new start of the service may have replaced them.`;
  }
}
