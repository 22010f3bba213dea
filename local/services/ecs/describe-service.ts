import { clusterArn } from './ecs-arn.ts';
import type { Service, ServiceDeployment, Task } from './records.ts';

/** A service as DescribeServices and the changing operations answer it. */
export function describedService(service: Service, tasks: readonly Task[], withTags: boolean) {
  const own = tasks.filter((task) => task.service === service.arn);
  const deployments = service.deployments.map((each) => describedDeployment(service, each, own));
  const codeDeploy = service.controller === 'CODE_DEPLOY';
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: clusterArn(service.cluster),
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: countOf(own, 'RUNNING'),
    pendingCount: countOf(own, 'PENDING'),
    launchType: 'FARGATE',
    platformVersion: 'LATEST',
    platformFamily: 'Linux',
    schedulingStrategy: 'REPLICA',
    deploymentController: { type: service.controller },
    deploymentConfiguration: { ...service.configuration, strategy: 'ROLLING' },
    loadBalancers: service.loadBalancers,
    serviceRegistries: [],
    ...(service.network !== undefined && { networkConfiguration: service.network }),
    healthCheckGracePeriodSeconds: service.graceSeconds,
    taskDefinition: service.deployments[0]?.definition ?? service.lastCompleted?.definition,
    // A service that CodeDeploy owns has task sets, and no deployments.
    deployments: codeDeploy ? [] : deployments,
    ...(codeDeploy && { taskSets: deployments.map((each) => taskSetOf(service, each)) }),
    events: service.events.map(({ id, atMs, message }) => ({ id, createdAt: atMs / 1000, message })),
    placementConstraints: [],
    placementStrategy: [],
    createdAt: service.createdMs / 1000,
    enableECSManagedTags: false,
    propagateTags: 'NONE',
    enableExecuteCommand: false,
    ...(withTags && { tags: service.tags }),
  };
}

function describedDeployment(service: Service, deployment: ServiceDeployment, tasks: readonly Task[]) {
  const own = tasks.filter(({ deploymentId }) => deploymentId === deployment.id);
  const wanted = own.filter(({ desiredStatus }) => desiredStatus === 'RUNNING').length;
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.definition,
    desiredCount: deployment.status === 'PRIMARY' ? service.desiredCount : wanted,
    pendingCount: countOf(own, 'PENDING'),
    runningCount: countOf(own, 'RUNNING'),
    failedTasks: deployment.failedTasks,
    createdAt: deployment.createdMs / 1000,
    updatedAt: deployment.updatedMs / 1000,
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    ...(service.network !== undefined && { networkConfiguration: service.network }),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

function taskSetOf(service: Service, deployment: ReturnType<typeof describedDeployment>) {
  const { id, status, taskDefinition, desiredCount, pendingCount, runningCount, createdAt, updatedAt } = deployment;
  return {
    id,
    taskSetArn: service.arn.replace(':service/', ':task-set/') + `/${id}`,
    serviceArn: service.arn,
    clusterArn: clusterArn(service.cluster),
    status,
    taskDefinition,
    computedDesiredCount: desiredCount,
    pendingCount,
    runningCount,
    createdAt,
    updatedAt,
    launchType: 'FARGATE',
    loadBalancers: service.loadBalancers,
    scale: { value: status === 'PRIMARY' ? 100 : 0, unit: 'PERCENT' },
    stabilityStatus: deployment.rolloutState === 'COMPLETED' ? 'STEADY_STATE' : 'STABILIZING',
  };
}

function countOf(tasks: readonly Task[], status: Task['lastStatus']): number {
  return tasks.filter(({ lastStatus }) => lastStatus === status).length;
}
