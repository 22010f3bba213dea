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

  async startDeployment(deploymentId: string, run: number): Promise<void> {
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
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  }
}
