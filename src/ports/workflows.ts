export interface Workflows {
  /**
   * Makes sure that the machine of one run of a deployment runs. Starting the same run twice starts it once.
   *
   * @returns `ended` when that run's machine has run already and is over
   */
  startDeployment(deploymentId: string, run: number): Promise<'running' | 'ended'>;
}
