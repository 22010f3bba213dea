import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  Code,
  Function as LambdaFunction,
  FunctionUrlAuthType,
  Runtime,
  Version,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { allow } from '../allow.ts';
import { secretArns } from '../names.ts';
import { lambdaDeployRole } from './lambda-deploy-role.ts';

interface LambdaServiceProps {
  /** As registered. */
  readonly service: string;
  readonly environment: string;
  /** The installation that releases into this stack. */
  readonly deploymentService: {
    readonly account: string;
    readonly region: string;
    /** `BlobBucket` of its stack `deployment-service-data`. */
    readonly bucket: string;
  };
  /**
   * Who may call the function's URL. With `AWS_IAM` the health check, which signs nothing, cannot: register another
   * address then, such as that of the distribution in front. Default: anybody.
   */
  readonly authType?: FunctionUrlAuthType;
}

const aliasName = 'live';

/**
 * A Lambda function that the deployment service can release into.
 *
 * The stack owns what changes seldom: the function's name, role, architecture and URL. Releases own the code, the
 * handler, runtime, memory, timeout and variables of each version, and the version that the alias points at. The two do
 * not undo each other, because CloudFormation compares templates and never looks at the function: as long as the
 * properties below stay as they are, an update of the stack touches none of them. Hence the placeholder is published
 * under a fixed id, where `currentVersion` would publish it again, and move the alias to it, with every change here.
 */
export class LambdaService extends Construct {
  readonly function: LambdaFunction;
  readonly alias: Alias;

  constructor(scope: Construct, id: string, props: LambdaServiceProps) {
    super(scope, id);
    const { service, environment, deploymentService, authType = FunctionUrlAuthType.NONE } = props;
    const functionName = `${service}-${environment}`;
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // What the service itself may do is added to `function.role` by its stack.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      allow({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
    );
    // An environment of the function fetches them when it starts; nobody else sees the values.
    const { secrets, parameters } = secretArns(Stack.of(this), service);
    role.addToPolicy(allow({ actions: ['secretsmanager:GetSecretValue'], resources: [secrets] }));
    role.addToPolicy(allow({ actions: ['ssm:GetParameters'], resources: [parameters] }));
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      role,
      logGroup,
      description: `${service} in ${environment}, released by the deployment service.`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromInline(placeholder),
      timeout: Duration.seconds(10),
    });
    const version = new Version(this, 'Placeholder', {
      lambda: this.function,
      description: 'Before the first release.',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.alias = new Alias(this, 'Live', { aliasName, version });
    const url = this.alias.addFunctionUrl({ authType });
    const deployRole = lambdaDeployRole(this, {
      service,
      environment,
      functionName,
      functionArn: this.function.functionArn,
      releasedBy: deploymentService,
    });

    const { account, region } = Stack.of(this);
    const target = { functionName, alias: aliasName, url: url.url, account, region, deployRole: deployRole.roleArn };
    new CfnOutput(this, 'Target', {
      description: `Register it as environments.${environment} of ${service}.`,
      value: Stack.of(this).toJsonString(target),
    });
  }
}

const placeholder = `exports.handler = async () => ({
  statusCode: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'Nothing has been released here yet.',
});
`;
