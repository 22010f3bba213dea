import type { Credentials } from './credentials.ts';

/** The issuer gives no token. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
  }

  /** It does not take the credentials of a file. */
  static ofClient(credentials: Credentials, status: number, reason: string | undefined): TokenRefused {
    return new TokenRefused(
      `${credentials.tokenUrl} gives no token (status ${status})${reason === undefined ? '' : `: ${reason}`}.`,
      `The credentials are those of ${credentials.file}; a new start of the service may have replaced them.`,
    );
  }
}
