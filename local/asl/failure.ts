/** Why a state failed: what `Retry` and `Catch` look at. */
export interface Failure {
  readonly error?: string;
  /** A second name that a rule may know the error by. */
  readonly also?: string;
  readonly cause?: string;
  /** Came up while a Catcher was at work: no Retrier or Catcher is asked again, or the state would never end. */
  readonly final?: boolean;
}

/**
 * Whether `ErrorEquals` covers an error. `States.ALL` leaves out the terminal `States.DataLimitExceeded`,
 * `States.TaskFailed` leaves out timeouts too, and nothing at all covers `States.Runtime`.
 */
export function covers(errorEquals: readonly string[], { error, also }: Failure): boolean {
  if (error === 'States.Runtime') return false;
  return errorEquals.some((name) => {
    if (name === error || (also !== undefined && name === also)) return true;
    if (error === 'States.DataLimitExceeded') return false;
    return name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout');
  });
}
