import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functionNameOf, type FunctionRow } from '#functions/catalog.ts';
import { allowAll } from '../allow.ts';
import type { Grant } from '../capabilities.ts';
import { roleName } from '../names.ts';
import { explainWildcards } from '../wildcards.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';

interface ServiceFunctionProps {
  readonly row: FunctionRow;
  /** Directory of its bundle. */
  readonly code: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
  /** The concurrent executions that it has to itself, where it has any. */
  readonly reservedConcurrency: number | undefined;
}

/** Memory brings CPU with it; below this a cold start takes seconds. */
const memoryMb = 512;
/** An event older than this is no longer worth a reaction: the sweeps have seen to it. */
const mostEventAge = Duration.hours(1);

/** One function of the catalog: its code, its log and a role that can do what its row says. */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  /** Where what it could not handle goes, when nobody waits for its answer. */
  readonly failures: Queue | undefined;

  constructor(
    scope: Construct,
    id: string,
    { row, code, environment, grants, reservedConcurrency }: ServiceFunctionProps,
  ) {
    super(scope, id);
    const functionName = functionNameOf(row);
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      roleName: roleName(row, Stack.of(this).region),
      description: `What ${functionName} may do.`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    allowAll(role, [
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
      ...grants,
    ]);
    // `tracing` lets the role send its segments.
    explainWildcards(role, { resources: ['*'], because: 'IAM knows no resource for sending segments to X-Ray.' });

    this.failures = isAsynchronous(row) ? new DeadLetterQueue(this, 'Failures').queue : undefined;
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(code),
      handler: 'index.handler',
      role,
      logGroup,
      memorySize: row.memoryMb ?? memoryMb,
      timeout: Duration.seconds(row.timeoutSeconds),
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      tracing: Tracing.ACTIVE,
      environment: { ...environment, NODE_OPTIONS: '--enable-source-maps' },
    });
    if (this.failures && row.trigger.kind !== 'table-stream') {
      this.function.configureAsyncInvoke({
        retryAttempts: 2,
        maxEventAge: mostEventAge,
        onFailure: new SqsDestination(this.failures),
      });
    }
  }
}

/** Nobody waits for the answer, so a failure would otherwise be lost. */
function isAsynchronous({ trigger }: FunctionRow): boolean {
  return ['event', 'schedule', 'build-logs', 'table-stream'].includes(trigger.kind);
}
