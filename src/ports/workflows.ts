export interface Workflows {
  /** Starts the machine of one run of a deployment. Starting the same run twice starts it once. */
  startDeployment(deploymentId: string, run: number): Promise<void>;
}
