/** Why a build ended from outside: its time was over, somebody stopped it, its machine went, or the host closes. It is an abort signal's reason. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly status: 'TIMED_OUT' | 'STOPPED' | 'FAULT' | 'CLOSED';

  constructor(status: Interruption['status']) {
    super(`The build was interrupted: ${status}.`);
    this.status = status;
  }
}
