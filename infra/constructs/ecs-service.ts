import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  CfnService,
  CfnTaskDefinition,
  Cluster,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
  OperatingSystemFamily,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationListenerRule,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  TargetType,
  type IApplicationListener,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { registryShape } from '#schemas/registry.ts';
import { taskServiceShape } from '#schemas/task-service-shape.ts';
import { allow } from '../allow.ts';
import { secretArns } from '../names.ts';
import { ecsDeployRole } from './ecs-deploy-role.ts';

interface EcsServiceProps {
  /** As registered. */
  readonly service: string;
  readonly environment: string;
  /** The installation that releases into this stack. */
  readonly deploymentService: { readonly account: string; readonly region: string };
  readonly vpc: IVpc;
  /** Default: one of its own. */
  readonly cluster?: ICluster;
  /** Of the load balancer that several services share; the rule of this one is added to it. */
  readonly listener: IApplicationListener;
  /** Of the rule; no other rule of the listener may have it. */
  readonly priority: number;
  /** Name that the rule answers to, such as `greeter.example.com`; its record and certificate are the listener's stack's. */
  readonly host: string;
  /** Default: `https://<host>`. */
  readonly url?: string;
  /** As `target.port` of `service.yaml`. Default 8080. */
  readonly port?: number;
  /** What every version of the service answers with a code below 500 while it is alive. Default `/`. */
  readonly healthCheckPath?: string;
  /** Default: one month. */
  readonly logRetention?: RetentionDays;
  /** Bounds between which the tasks follow the load. Default: as many as the last release left. */
  readonly scaling?: { readonly minimum: number; readonly maximum: number; readonly cpuPercent?: number };
}

/**
 * An ECS service on Fargate that the deployment service can release into.
 *
 * The stack owns what changes seldom: names, roles, network, log group, target group, rule. Releases own image, command,
 * variables, secrets and size of each version, and the definition that the service runs. The service names the family of its
 * task definition and no revision, so the template stays the same whatever is released, and CloudFormation, which compares
 * templates, leaves the service alone. A change of the definition here registers a revision that the next release starts
 * from. Only where a change of the service's own properties goes with it would CloudFormation update the service to that
 * revision, and the placeholder with it: deploy such changes apart, or release right after.
 */
export class EcsService extends Construct {
  readonly service: FargateService;
  readonly targetGroup: ApplicationTargetGroup;
  /** What the service itself may do is added to it by its stack. */
  readonly taskRole: Role;

  constructor(scope: Construct, id: string, props: EcsServiceProps) {
    super(scope, id);
    const { service, environment, vpc, host, scaling, port = taskServiceShape.port } = props;
    const name = `${service}-${environment}`;
    const cluster = props.cluster ?? new Cluster(this, 'Cluster', { clusterName: name, vpc });
    const ofTasks = new ServicePrincipal('ecs-tasks.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    });
    this.taskRole = new Role(this, 'TaskRole', { assumedBy: ofTasks });
    const executionRole = new Role(this, 'ExecutionRole', { assumedBy: ofTasks });
    this.#letStart(executionRole, props);
    const definition = this.#makePlaceholder(name, port, executionRole, props.logRetention);
    this.service = this.#makeService(name, cluster, definition);
    // The first task starts with the service, and cannot without what its role allows.
    this.service.node.addDependency(executionRole);
    this.targetGroup = this.#putBehind(vpc, port, props.healthCheckPath);
    new ApplicationListenerRule(this, 'Rule', {
      listener: props.listener,
      priority: props.priority,
      conditions: [ListenerCondition.hostHeaders([host])],
      action: ListenerAction.forward([this.targetGroup]),
    });
    if (scaling) {
      this.service
        .autoScaleTaskCount({ minCapacity: scaling.minimum, maxCapacity: scaling.maximum })
        .scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: scaling.cpuPercent ?? 60 });
    }
    const deployRole = ecsDeployRole(this, {
      service,
      environment,
      name,
      clusterName: cluster.clusterName,
      releasedBy: props.deploymentService,
      passes: [this.taskRole.roleArn, executionRole.roleArn],
    });

    const { account, region } = Stack.of(this);
    const target = {
      kind: 'ecs',
      cluster: cluster.clusterName,
      serviceName: name,
      controller: 'ecs',
      url: props.url ?? `https://${host}`,
      account,
      region,
      deployRole: deployRole.roleArn,
    };
    new CfnOutput(this, 'Target', {
      description: `Register it as environments.${environment} of ${service}.`,
      value: Stack.of(this).toJsonString(target),
    });
  }

  /** What ECS does for a task before its program runs: its image, its secrets, its log. */
  #letStart(role: Role, { service, deploymentService }: EcsServiceProps): void {
    const { partition } = Stack.of(this);
    const { account, region } = deploymentService;
    const { secrets, parameters } = secretArns(Stack.of(this), service);
    const repository = `arn:${partition}:ecr:${region}:${account}:repository/${registryShape.servicePrefix}/${service}`;
    role.addToPolicy(
      allow({
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [repository],
      }),
    );
    // A token is for a registry; IAM has nothing narrower.
    role.addToPolicy(allow({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
    role.addToPolicy(allow({ actions: ['secretsmanager:GetSecretValue'], resources: [secrets] }));
    role.addToPolicy(allow({ actions: ['ssm:GetParameters'], resources: [parameters] }));
  }

  #makePlaceholder(
    family: string,
    port: number,
    executionRole: Role,
    retention = RetentionDays.ONE_MONTH,
  ): FargateTaskDefinition {
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/services/${family}`,
      retention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { containerName, cpuUnits, memoryMb, placeholderImage, placeholderCommand } = taskServiceShape;
    const definition = new FargateTaskDefinition(this, 'Placeholder', {
      family,
      cpu: cpuUnits,
      memoryLimitMiB: memoryMb,
      taskRole: this.taskRole,
      executionRole,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    });
    definition.addContainer(containerName, {
      image: ContainerImage.fromRegistry(`${registryShape.upstream}/${placeholderImage}`),
      command: [...placeholderCommand],
      environment: { PORT: String(port) },
      portMappings: [{ containerPort: port }],
      logging: LogDriver.awsLogs({ logGroup, streamPrefix: 'tasks' }),
    });
    return definition;
  }

  #makeService(serviceName: string, cluster: ICluster, definition: FargateTaskDefinition): FargateService {
    const service = new FargateService(this, 'Service', {
      serviceName,
      cluster,
      taskDefinition: definition,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      // Who deploys decides about going back; ECS only says that it gave up.
      circuitBreaker: { enable: true, rollback: false },
      healthCheckGracePeriod: Duration.seconds(taskServiceShape.graceSeconds),
    });
    const resource = service.node.defaultChild as CfnService;
    resource.taskDefinition = definition.family;
    resource.addResourceDependency(definition.node.defaultChild as CfnTaskDefinition);
    return service;
  }

  #putBehind(vpc: IVpc, port: number, path: string = taskServiceShape.healthCheck.path): ApplicationTargetGroup {
    const { containerName, healthCheck, deregistrationDelaySeconds } = taskServiceShape;
    return new ApplicationTargetGroup(this, 'Targets', {
      vpc,
      port,
      protocol: ApplicationProtocol.HTTP,
      targetType: TargetType.IP,
      targets: [this.service.loadBalancerTarget({ containerName, containerPort: port })],
      deregistrationDelay: Duration.seconds(deregistrationDelaySeconds),
      healthCheck: {
        path,
        healthyHttpCodes: healthCheck.codes,
        interval: Duration.seconds(healthCheck.intervalSeconds),
        timeout: Duration.seconds(healthCheck.timeoutSeconds),
        healthyThresholdCount: healthCheck.healthyThreshold,
        unhealthyThresholdCount: healthCheck.unhealthyThreshold,
      },
    });
  }
}
