import { ExecutionAlreadyExists, StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { Workflows } from '#ports/workflows.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';

export class StepFunctionsWorkflows implements Workflows {
  readonly #client: SFNClient;
  readonly #deploymentMachineArn: string;

  constructor(client: SFNClient, deploymentMachineArn: string) {
    this.#client = client;
    this.#deploymentMachineArn = deploymentMachineArn;
  }

  async startDeployment(deploymentId: string, run: number): Promise<'running' | 'ended'> {
    const input: DeploymentTask = { deploymentId, run };
    try {
      await this.#client.send(
        new StartExecutionCommand({
          stateMachineArn: this.#deploymentMachineArn,
          // The name makes a second start of the same run a no-op.
          name: `${deploymentId}-${run}`,
          input: JSON.stringify(input),
        }),
      );
      return 'running';
    } catch (error) {
      // Only an execution that is over is in the way: a running one of the same name and input is simply answered.
      if (error instanceof ExecutionAlreadyExists) return 'ended';
      throw error;
    }
  }
}
