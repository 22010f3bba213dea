/** Something answered, but not as the deployment service does: a proxy, another program, or another version of it. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly url: string;
  readonly status: number;

  constructor(url: string, status: number, what: string, cause?: unknown) {
    super(`The answer of ${url} (status ${status}) is not one of the deployment service: ${what}.`, { cause });
    this.url = url;
    this.status = status;
  }
}
