import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { createEngine } from '../asl/engine.ts';
import { CODEBUILD_START_BUILD, codebuildStartBuild } from '../asl/integrations/codebuild-start-build.ts';
import { LAMBDA_INVOKE, lambdaInvoke } from '../asl/integrations/lambda-invoke.ts';
import { LAMBDA_INVOKE_FOR_TOKEN, lambdaInvokeForToken } from '../asl/integrations/lambda-invoke-for-token.ts';
import { STATES_START_EXECUTION, statesStartExecution } from '../asl/integrations/states-start-execution.ts';
import type { HostClock } from '../clock.ts';
import { AwsFault, callJson } from '../gateway/call-json.ts';
import type { Faults } from '../gateway/faults/faults.ts';
import { createGateway } from '../gateway/gateway.ts';
import { ServiceFault } from '../gateway/wire.ts';
import { openSealer } from '../sealer.ts';
import { createCloudWatch } from '../services/cloudwatch/create-cloudwatch.ts';
import {
  createCodeBuild,
  type CodeBuildOptions,
  type CodeBuildService,
} from '../services/codebuild/create-codebuild.ts';
import { createDynamoDb } from '../services/dynamodb/create-dynamodb.ts';
import { createEcr } from '../services/ecr/create-ecr.ts';
import { createEcs, type EcsOptions } from '../services/ecs/create-ecs.ts';
import { createElbV2 } from '../services/elbv2/create-elbv2.ts';
import { createEvents } from '../services/events/events.ts';
import { createKms } from '../services/kms/kms.ts';
import { createLambda } from '../services/lambda/lambda.ts';
import { createLogs } from '../services/logs/create-logs.ts';
import { createSes } from '../services/ses/create-ses.ts';
import { createSns } from '../services/sns/create-sns.ts';
import { createS3 } from '../services/s3/s3.ts';
import { createScheduler } from '../services/scheduler/create-scheduler.ts';
import { createSecretsManager } from '../services/secretsmanager/create-secrets-manager.ts';
import { createSsm } from '../services/ssm/create-ssm.ts';
import { statesService } from '../services/states/states-service.ts';
import { createSts } from '../services/sts/sts.ts';
import { announceAlarms } from './announce-alarms.ts';
import { deliverTo } from './deliver-to.ts';
import { faultyDelivery, faultyStarts, faultyStreams } from './faulty.ts';
import { functionNameIn } from './function-name-in.ts';

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
  /** How tasks of ECS are started. Default: as processes. */
  readonly launchTask?: EcsOptions['launch'];
  /** What goes wrong between the services. Default: nothing. */
  readonly faults?: Faults | undefined;
}

export type Account = ReturnType<typeof openAccount>;

/** Every service of the local endpoint, joined where AWS joins them: logs and events reach functions, machines reach builds. */
export function openAccount(options: AccountOptions) {
  const { store, clock, directory, random, processVariables, openCodeBuild = createCodeBuild, faults } = options;
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
  const sealer = openSealer(join(directory, 'seal.key'));
  const secretsManager = createSecretsManager({ store, clock, sealer });
  const parameterStore = createSsm({ store, clock, sealer });
  const logs = createLogs({
    store,
    clock,
    deliver: async (arn, event) => void (await invoke(arn, event)),
    taken: (messages) => cloudwatch.takeLogMessages(messages),
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
  const endpointUrl = (): string => processVariables['AWS_ENDPOINT_URL'] ?? 'http://127.0.0.1:4566';
  const sns = createSns({ store, clock, endpointUrl, invoke: (arn, event) => deliver(arn, event) });
  // Called when something is delivered, and by then the gateway is there.
  const deliver = deliverTo({ lambda, sns, gateway: { handle: (request) => gateway.handle(request) } });
  const events = createEvents({
    store,
    clock,
    deliver: faultyDelivery(faults, (arn, event) => deliver(arn, event)),
  });
  const scheduler = createScheduler({ store, clock, send: (delivery) => events.send(delivery) });
  const ses = createSes({ store, clock, mailbox: join(directory, 'mailbox') });
  const cloudwatch = createCloudWatch({ store, clock, changed: announceAlarms({ events, sns }) });
  const codebuild = openCodeBuild({
    store,
    clock,
    workspaceRoot: join(directory, 'builds'),
    s3: blobs,
    logs,
    environment: processVariables,
    secrets: {
      secretsManager: (reference) => secretsManager.resolveReference(reference),
      parameterStore: (reference) => parameterStore.resolveReference(reference),
    },
    onBuildStateChange: (detail) =>
      events.announce({
        source: 'aws.codebuild',
        'detail-type': 'CodeBuild Build State Change',
        resources: [detail['build-id']],
        detail: { ...detail },
      }),
    maxConcurrentBuilds: options.maxConcurrentBuilds,
  });
  const callLambda = async (_operation: string, input: unknown): Promise<unknown> => {
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
  };
  const engine = createEngine({
    store,
    clock,
    random,
    integrations: {
      [LAMBDA_INVOKE]: lambdaInvoke(callLambda),
      [LAMBDA_INVOKE_FOR_TOKEN]: lambdaInvokeForToken(callLambda),
      [STATES_START_EXECUTION]: statesStartExecution({
        start: (input, startedBy) => states.startNested(input, startedBy),
        ended: (arn) => engine.ended(arn),
        find: (arn) => engine.journal.find(arn),
        stop: (arn) => void engine.stop(arn, {}),
      }),
      [CODEBUILD_START_BUILD]: codebuildStartBuild({
        call: faultyStarts({ faults, clock, lose: (buildId) => codebuild.lose(buildId) }, (operation, input) =>
          callJson(
            operation === 'StartBuild' ? front : gateway,
            { service: 'codebuild', target: `CodeBuild_20161006.${operation}`, version: '1.1' },
            input as Record<string, unknown>,
          ),
        ),
        ended: (buildId) => codebuild.ended(buildId),
      }),
    },
    onStatusChange: (change) => events.announce(change),
  });
  const states = statesService({ store, clock, random, engine });
  const dynamodb = createDynamoDb({ store, clock });
  const ecr = createEcr({
    store,
    clock,
    directory: join(directory, 'images'),
    // Read at each call: the port is known once the gateway listens.
    address: () => processVariables['AWS_ENDPOINT_URL'] ?? 'http://127.0.0.1:4566',
  });
  const balancing = createElbV2({ store, clock });
  const ecs = createEcs({
    store,
    clock,
    directory: join(directory, 'tasks'),
    balancing,
    images: ecr,
    secrets: {
      secretsManager: (reference) => secretsManager.resolveReference(reference),
      parameterStore: (reference) => parameterStore.resolveReference(reference),
    },
    logs,
    environment: processVariables,
    ...(options.launchTask && { launch: options.launchTask }),
  });
  const gateway = createGateway([
    s3,
    logs,
    lambda,
    events,
    codebuild,
    dynamodb,
    states,
    ecr,
    ecs,
    balancing,
    createKms({ store, clock }),
    createSts({ store, clock }),
    secretsManager,
    parameterStore,
    cloudwatch,
    sns,
    ses,
    scheduler,
  ]);
  // What leaves the account for one of its services, as the requests of clients do.
  const front = faults?.inFront(gateway) ?? gateway;
  return {
    gateway,
    invoke: faultyStreams(faults, invoke),
    logs,
    lambda,
    events,
    codebuild,
    engine,
    dynamodb,
    secretsManager,
    parameterStore,
    cloudwatch,
    sns,
    ses,
    scheduler,
    /** What the balancer asks for the tasks behind a host. */
    balancing,
    /** Takes up what an earlier process left; call once all functions are registered. */
    async resume() {
      await lambda.start();
      codebuild.resume();
      logs.resume();
      events.resume();
      sns.resume();
      cloudwatch.resume();
      scheduler.resume();
      engine.resume();
      balancing.resume();
      ecs.resume();
    },
    /** What starts work stops first. */
    async close() {
      engine.close();
      cloudwatch.close();
      scheduler.close();
      await events.close();
      await sns.close();
      await codebuild.close();
      await ecs.close();
      balancing.close();
      logs.close();
      await lambda.close();
      dynamodb.close();
      await gateway.drain();
    },
  };
}

function noSuchObject(bucket: string, key: string): never {
  throw new Error(`s3://${bucket}/${key} does not exist.`);
}

/** What a function threw, as far as its result tells. */
function functionError(result: unknown): Error {
  const { errorType = 'Error', errorMessage = '' } = result as { errorType?: string; errorMessage?: string };
  return Object.assign(new Error(errorMessage), { name: errorType });
}
