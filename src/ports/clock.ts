/** Time. Use cases never look at a clock of their own, so that tests and rehearsals can run on a virtual one. */
export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}
