import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { createEngine } from '../asl/engine.ts';
import { CODEBUILD_START_BUILD, codebuildStartBuild } from '../asl/integrations/codebuild-start-build.ts';
import { LAMBDA_INVOKE, lambdaInvoke } from '../asl/integrations/lambda-invoke.ts';
import type { HostClock } from '../clock.ts';
import { AwsFault, callJson } from '../gateway/call-json.ts';
import { createGateway } from '../gateway/gateway.ts';
import { ServiceFault } from '../gateway/wire.ts';
import {
  createCodeBuild,
  type CodeBuildOptions,
  type CodeBuildService,
} from '../services/codebuild/create-codebuild.ts';
import { createDynamoDb } from '../services/dynamodb/create-dynamodb.ts';
import { createEvents } from '../services/events/events.ts';
import { createKms } from '../services/kms/kms.ts';
import { createLambda } from '../services/lambda/lambda.ts';
import { createLogs } from '../services/logs/create-logs.ts';
import { createS3 } from '../services/s3/s3.ts';
import { statesService } from '../services/states/states-service.ts';
import { createSts } from '../services/sts/sts.ts';

export interface AccountOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly directory: string;
  readonly random: () => number;
  readonly maxConcurrentBuilds: number;
  /** Variables for builds and target functions: the endpoint and credentials of this host. */
  readonly processVariables: Readonly<Record<string, string>>;
  /** Most processes per version of a target function; 0 starts none. Default: the local Lambda's. */
  readonly mostEnvironments?: number;
  /** Makes the service that runs builds. Default: the local CodeBuild, whose builds are processes. */
  readonly openCodeBuild?: (options: CodeBuildOptions) => CodeBuildService;
}

export type Account = ReturnType<typeof openAccount>;

/** Every service of the local endpoint, joined where AWS joins them: logs and events reach functions, machines reach builds. */
export function openAccount(options: AccountOptions) {
  const { store, clock, directory, random, processVariables, openCodeBuild = createCodeBuild } = options;
  const s3 = createS3({ store, clock, directory: join(directory, 'blobs') });
  const blobs = {
    get: async (bucket: string, key: string, versionId?: string) =>
      (await s3.blobs.get(bucket, key, versionId)) ?? noSuchObject(bucket, key),
    put: (bucket: string, key: string, body: Uint8Array) => s3.blobs.put(bucket, key, body),
  };
  const invoke = async (arn: string, event: unknown): Promise<unknown> => {
    const { failed, payload } = await lambda.invoke({
      functionName: functionNameIn(arn),
      payload: Buffer.from(JSON.stringify(event)),
    });
    const result: unknown = JSON.parse(payload.toString('utf8'));
    if (failed) throw functionError(result);
    return result;
  };
  const logs = createLogs({
    store,
    clock,
    deliver: async (arn, event) => void (await invoke(arn, event)),
  });
  const lambda = createLambda({
    store,
    clock,
    workspaceRoot: join(directory, 'functions'),
    s3: blobs,
    logs,
    environment: processVariables,
    ...(options.mostEnvironments !== undefined && { mostEnvironments: options.mostEnvironments }),
  });
  const events = createEvents({
    store,
    clock,
    // The bus hands over to Lambda's own queue, which persists the event and tries it again.
    deliver: async (arn, event) => {
      lambda.invokeLater({ functionName: functionNameIn(arn), payload: Buffer.from(JSON.stringify(event)) });
    },
  });
  const codebuild = openCodeBuild({
    store,
    clock,
    workspaceRoot: join(directory, 'builds'),
    s3: blobs,
    logs,
    environment: processVariables,
    onBuildStateChange: (detail) =>
      events.announce({
        source: 'aws.codebuild',
        'detail-type': 'CodeBuild Build State Change',
        resources: [detail['build-id']],
        detail: { ...detail },
      }),
    maxConcurrentBuilds: options.maxConcurrentBuilds,
  });
  const engine = createEngine({
    store,
    clock,
    random,
    integrations: {
      [LAMBDA_INVOKE]: lambdaInvoke(async (_operation, input) => {
        const { FunctionName, Payload } = input as { FunctionName: string; Payload: string };
        const { failed, payload, executedVersion } = await lambda
          .invoke({ functionName: functionNameIn(FunctionName), payload: Buffer.from(Payload) })
          .catch((error: unknown) => {
            throw error instanceof ServiceFault ? AwsFault.of(error) : error;
          });
        return {
          StatusCode: 200,
          Payload: payload.toString('utf8'),
          ExecutedVersion: executedVersion,
          ...(failed && { FunctionError: 'Unhandled' }),
        };
      }),
      [CODEBUILD_START_BUILD]: codebuildStartBuild({
        call: (operation, input) =>
          callJson(
            gateway,
            { service: 'codebuild', target: `CodeBuild_20161006.${operation}`, version: '1.1' },
            input as Record<string, unknown>,
          ),
        ended: (buildId) => codebuild.ended(buildId),
      }),
    },
    onStatusChange: (change) => events.announce(change),
  });
  const dynamodb = createDynamoDb({ store, clock });
  const gateway = createGateway([
    s3,
    logs,
    lambda,
    events,
    codebuild,
    dynamodb,
    statesService({ store, clock, random, engine }),
    createKms({ store, clock }),
    createSts({ store, clock }),
  ]);
  return {
    gateway,
    invoke,
    logs,
    lambda,
    events,
    codebuild,
    engine,
    dynamodb,
    /** Takes up what an earlier process left; call once all functions are registered. */
    async resume() {
      await lambda.start();
      codebuild.resume();
      logs.resume();
      events.resume();
      engine.resume();
    },
    /** What starts work stops first. */
    async close() {
      engine.close();
      await events.close();
      await codebuild.close();
      logs.close();
      await lambda.close();
      dynamodb.close();
      await gateway.drain();
    },
  };
}

function functionNameIn(arn: string): string {
  return /^arn:aws:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(arn)?.[1] ?? arn;
}

function noSuchObject(bucket: string, key: string): never {
  throw new Error(`s3://${bucket}/${key} does not exist.`);
}

/** What a function threw, as far as its result tells. */
function functionError(result: unknown): Error {
  const { errorType = 'Error', errorMessage = '' } = result as { errorType?: string; errorMessage?: string };
  return Object.assign(new Error(errorMessage), { name: errorType });
}
