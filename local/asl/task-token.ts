import { createHash } from 'node:crypto';

/** One attempt at a Task state: what a token speaks for. */
export interface TokenSubject {
  readonly executionArn: string;
  /** Id of the event that says that the state was entered. */
  readonly enteredId: number;
  readonly retryCount: number;
}

const SUFFIX = '.waitForTaskToken';

/** Whether a task ends by its token and not by what its resource returns. */
export function waitsForToken(resource: string): boolean {
  return resource.endsWith(SUFFIX);
}

/**
 * Derived and not drawn, so that it is the same however often the state is looked at, before and after a restart, and is
 * kept nowhere. It is no secret: the endpoint takes any credentials as it is.
 */
export function taskToken({ executionArn, enteredId, retryCount }: TokenSubject): string {
  const said = JSON.stringify([executionArn, enteredId, retryCount]);
  return Buffer.from(`${digest(said)}${said}`).toString('base64url');
}

/** `undefined` for what this engine never gave out, such as a token that was cut short. */
export function readTaskToken(token: string): TokenSubject | undefined {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const said = text.slice(DIGITS);
  if (digest(said) !== text.slice(0, DIGITS)) return undefined;
  const [executionArn, enteredId, retryCount] = JSON.parse(said) as [string, number, number];
  return { executionArn, enteredId, retryCount };
}

const DIGITS = 32;

function digest(said: string): string {
  return createHash('sha256').update(`task token ${said}`).digest('hex').slice(0, DIGITS);
}
