import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
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
import type { LambdaTarget } from '#domain/service/service.ts';
import { Refusal } from '#domain/refusal.ts';
import type { FunctionVersion } from '#domain/deployment/new-version.ts';
import type { Shift, TrafficShifter, TrafficStatus } from '#ports/traffic-shifter.ts';
import { targetRefusal } from './target-refusal.ts';

const mostWaitSeconds = 300;

/** Moves traffic by the weights of a Lambda alias. */
export class LambdaTrafficShifter implements TrafficShifter<LambdaTarget, FunctionVersion> {
  readonly #clientFor: (target: LambdaTarget) => LambdaClient;
  readonly #bucket: string;

  constructor(clientFor: (target: LambdaTarget) => LambdaClient, bucket: string) {
    this.#clientFor = clientFor;
    this.#bucket = bucket;
  }

  async prepare(target: LambdaTarget, version: FunctionVersion): Promise<string> {
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
      const { CodeSha256: taken } = await client.send(
        new UpdateFunctionCodeCommand({ FunctionName, S3Bucket: this.#bucket, S3Key: version.artifactKey }),
      );
      // Lambda reads the key after the signature was checked: the bytes there may be others by now.
      const CodeSha256 = Buffer.from(version.artifactDigest, 'hex').toString('base64');
      if (taken !== CodeSha256) throw otherBytes(version);
      await updated();
      const { Version = '' } = await client.send(
        // The digest makes sure that nobody else's code was put there in between.
        new PublishVersionCommand({ FunctionName, Description: version.description, CodeSha256 }),
      );
      await waitUntilPublishedVersionActive(waiting(client), { FunctionName, Qualifier: Version });
      return Version;
    });
  }

  async keeps(target: LambdaTarget, version: string, made: FunctionVersion): Promise<boolean> {
    const { functionName: FunctionName } = target;
    return this.#naming(target, async () => {
      try {
        const { CodeSha256, State } = await this.#clientFor(target).send(
          new GetFunctionConfigurationCommand({ FunctionName, Qualifier: version }),
        );
        // A function that was made anew counts its versions from 1 again: the number alone says nothing.
        return State === 'Active' && CodeSha256 === Buffer.from(made.artifactDigest, 'hex').toString('base64');
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return false;
        throw error;
      }
    });
  }

  async revision(target: LambdaTarget): Promise<string> {
    const { RevisionId = '' } = await this.#alias(this.#clientFor(target), target);
    return RevisionId;
  }

  async shift(target: LambdaTarget, { version, percent, baseline }: Shift, revision: string): Promise<void> {
    const client = this.#clientFor(target);
    // The alias names the version that keeps the rest; the new one comes beside it until it has everything.
    const whole = percent === 100 || baseline === undefined;
    // Written also where nothing changes: every write gives the alias another RevisionId.
    const move = new UpdateAliasCommand({
      FunctionName: target.functionName,
      Name: target.alias,
      FunctionVersion: whole ? version : baseline,
      RoutingConfig: { AdditionalVersionWeights: whole ? {} : { [version]: percent / 100 } },
      RevisionId: revision,
    });
    await this.#naming(target, () => client.send(move));
  }

  /** Lambda applies weights with the update of the alias, and lets requests under way end: every move is through at once. */
  async status(target: LambdaTarget): Promise<TrafficStatus> {
    const alias = await this.#alias(this.#clientFor(target), target);
    const extra = Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
    const weights = new Map(extra.map(([version, share]) => [version, percentOf(share)]));
    const rest = extra.reduce((left, [, share]) => left - share, 1);
    return { weights: weights.set(alias.FunctionVersion ?? '', percentOf(rest)), settled: true };
  }

  async #alias(client: LambdaClient, target: LambdaTarget): Promise<AliasConfiguration> {
    const { functionName, alias } = target;
    return this.#naming(target, () => client.send(new GetAliasCommand({ FunctionName: functionName, Name: alias })));
  }

  async #naming<T>(target: LambdaTarget, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw targetRefusal(target, cause);
    }
  }
}

function otherBytes({ artifactDigest, artifactKey }: FunctionVersion): Refusal {
  return new Refusal(
    'artifact_verification_failed',
    `Artifact ${artifactDigest.slice(0, 12)} must not be released: Lambda read other bytes from ${artifactKey} than were signed.`,
  );
}

/** To the hundredth: shares are binary fractions, and 0.07 of the traffic is 7 percent. */
function percentOf(share: number): number {
  return Math.round(share * 10_000) / 100;
}

/** Lambda takes seconds at most; asking every second would waste most of a release of some hundred milliseconds. */
function waiting(client: LambdaClient) {
  return { client, maxWaitTime: mostWaitSeconds, minDelay: 0.2, maxDelay: 2 };
}
