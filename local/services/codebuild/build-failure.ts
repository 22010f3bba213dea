/** Fails a phase, and with it the build, for a reason that the build's owner can do something about. */
export class BuildFailure extends Error {
  override readonly name = 'BuildFailure';
  /** The phase context's status code, such as `COMMAND_EXECUTION_ERROR`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
