import {
  ExecutionAlreadyExists,
  InvalidToken,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { Workflows } from '#ports/workflows.ts';
import type { PromotionInput } from '#schemas/workflows/promotion-task.ts';
import type { PushTask } from '#schemas/workflows/push-task.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';

/** ARNs of what is started; each is read when it is needed, since not every function has them all. */
interface Machines {
  readonly deployment: string;
  readonly rollback: string;
  readonly push: string;
  readonly promotion: string;
}

type StartedDeployment = Pick<Deployment, 'id' | 'run' | 'kind'>;

export class StepFunctionsWorkflows implements Workflows {
  readonly #client: SFNClient;
  readonly #machines: Machines;

  constructor(client: SFNClient, machines: Machines) {
    this.#client = client;
    this.#machines = machines;
  }

  async startDeployment({ id, run, kind }: StartedDeployment): Promise<'running' | 'ended'> {
    const input: DeploymentTask = { deploymentId: id, run };
    const machine = kind === 'rollback' ? this.#machines.rollback : this.#machines.deployment;
    return this.#start(machine, `${id}-${run}`, input);
  }

  async startPush({ service, push }: PushTask): Promise<'running' | 'ended'> {
    const input: PushTask = { service, push };
    return this.#start(this.#machines.push, `${service}-${push}`, input);
  }

  async startPromotion(input: PromotionInput): Promise<void> {
    await this.#start(this.#machines.promotion, `${input.deploymentId}-${input.environment}`, input);
  }

  /** @param name makes a second start of the same work a no-op */
  async #start(stateMachineArn: string, name: string, input: unknown): Promise<'running' | 'ended'> {
    try {
      await this.#client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      return 'running';
    } catch (error) {
      // Only an execution that is over is in the way: a running one of the same name and input is simply answered.
      if (error instanceof ExecutionAlreadyExists) return 'ended';
      throw error;
    }
  }

  async wake(token: string, output: unknown): Promise<'woken' | 'gone'> {
    try {
      await this.#client.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output ?? null) }));
      return 'woken';
    } catch (error) {
      // Whichever it is: the state is awake already, or there is none to wake.
      if (error instanceof InvalidToken || error instanceof TaskTimedOut || error instanceof TaskDoesNotExist) {
        return 'gone';
      }
      throw error;
    }
  }
}
