/** Wrong use of dsctl itself, found before the service was asked. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What to do instead. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
  }
}
