/** A build that cannot go on for a reason its reader can act on: printed as one line, without a stack. */
export class RunnerFailure extends Error {
  override readonly name = 'RunnerFailure';
}
