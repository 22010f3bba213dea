/** What an execution knows of itself and of its machine: `$states.context`. */
export interface Identity {
  readonly executionArn: string;
  readonly executionName: string;
  readonly roleArn: string;
  readonly machineArn: string;
  readonly machineName: string;
}
