import {
  GetAliasCommand,
  LambdaClient,
  PublishVersionCommand,
  ResourceNotFoundException,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
  type AliasConfiguration,
  type Runtime,
} from '@aws-sdk/client-lambda';
import type { TargetRef } from '#domain/service/service.ts';
import { Refusal } from '#domain/refusal.ts';
import type { NewVersion, TrafficShifter, Weights } from '#ports/traffic-shifter.ts';

const mostWaitSeconds = 300;
/** Lambda's and STS's words for the same thing. */
const deniedNames = ['AccessDeniedException', 'AccessDenied'];

/** Moves traffic by the weights of a Lambda alias. */
export class LambdaTrafficShifter implements TrafficShifter {
  readonly #clientFor: (target: TargetRef) => LambdaClient;
  readonly #bucket: string;

  constructor(clientFor: (target: TargetRef) => LambdaClient, bucket: string) {
    this.#clientFor = clientFor;
    this.#bucket = bucket;
  }

  async prepare(target: TargetRef, version: NewVersion): Promise<string> {
    const client = this.#clientFor(target);
    const FunctionName = target.functionName;
    const updated = () => waitUntilFunctionUpdatedV2(waiting(client), { FunctionName });
    // Asked for first: the SDK waits minutes for an absent function to appear.
    await this.#alias(client, target);
    return this.#naming(target, async () => {
      // Just created, or left in the middle of an update by a task that was cut off: Lambda takes no change before its end.
      await waitUntilFunctionActiveV2(waiting(client), { FunctionName });
      await updated();
      await client.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName,
          Handler: version.handler,
          Runtime: version.runtime as Runtime,
          MemorySize: version.memoryMb,
          Timeout: version.timeoutSeconds,
          Environment: { Variables: { ...version.variables } },
        }),
      );
      await updated();
      const { CodeSha256 } = await client.send(
        new UpdateFunctionCodeCommand({ FunctionName, S3Bucket: this.#bucket, S3Key: version.artifactKey }),
      );
      await updated();
      const { Version = '' } = await client.send(
        // The digest makes sure that nobody else's code was put there in between.
        new PublishVersionCommand({ FunctionName, Description: version.description, CodeSha256 }),
      );
      await waitUntilPublishedVersionActive(waiting(client), { FunctionName, Qualifier: Version });
      return Version;
    });
  }

  async promote(target: TargetRef, version: string): Promise<void> {
    const client = this.#clientFor(target);
    const alias = await this.#alias(client, target);
    if (alias.FunctionVersion === version && !hasWeights(alias)) return;
    await client.send(
      new UpdateAliasCommand({
        FunctionName: target.functionName,
        Name: target.alias,
        FunctionVersion: version,
        RoutingConfig: { AdditionalVersionWeights: {} },
        RevisionId: alias.RevisionId,
      }),
    );
  }

  async status(target: TargetRef): Promise<Weights> {
    const alias = await this.#alias(this.#clientFor(target), target);
    const extra = Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
    const weights = new Map(extra.map(([version, share]) => [version, percentOf(share)]));
    const rest = extra.reduce((left, [, share]) => left - share, 1);
    return weights.set(alias.FunctionVersion ?? '', percentOf(rest));
  }

  async #alias(client: LambdaClient, target: TargetRef): Promise<AliasConfiguration> {
    const { functionName, alias } = target;
    return this.#naming(target, () => client.send(new GetAliasCommand({ FunctionName: functionName, Name: alias })));
  }

  /** What the owner of the target has to mend is a refusal that names it, and not a bug. */
  async #naming<T>({ functionName, alias }: TargetRef, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof ResourceNotFoundException) {
        const message = `Target ${functionName}:${alias} does not exist. Deploy its stack (the lambda-service construct) first.`;
        throw new Refusal('not_found', message, { cause });
      }
      if (cause instanceof Error && deniedNames.includes(cause.name)) {
        const message = `Releasing into ${functionName}:${alias} is not allowed. Register its deployRole, and let that role trust this service.`;
        throw new Refusal('permission_denied', message, { cause });
      }
      throw cause;
    }
  }
}

/** To the hundredth: shares are binary fractions, and 0.07 of the traffic is 7 percent. */
function percentOf(share: number): number {
  return Math.round(share * 10_000) / 100;
}

function hasWeights(alias: AliasConfiguration): boolean {
  return Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0;
}

/** Lambda takes seconds at most; asking every second would waste most of a release of some hundred milliseconds. */
function waiting(client: LambdaClient) {
  return { client, maxWaitTime: mostWaitSeconds, minDelay: 0.2, maxDelay: 2 };
}
