/** Why a build ended from outside: its time was over, somebody stopped it, or the host closes. It is an abort signal's reason. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly status: 'TIMED_OUT' | 'STOPPED' | 'CLOSED';

  constructor(status: 'TIMED_OUT' | 'STOPPED' | 'CLOSED') {
    super(`The build was interrupted: ${status}.`);
    this.status = status;
  }
}
