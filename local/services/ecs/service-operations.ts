import type * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { clusterOf } from './cluster-operations.ts';
import { describedService } from './describe-service.ts';
import { clientFault, definitionReference, invalidParameter, nameIn, serviceArn } from './ecs-arn.ts';
import type { EcsContext } from './ecs-context.ts';
import type { DeploymentConfiguration, LoadBalancerOfService, Service, TaskDefinition } from './records.ts';
import {
  configurationInput,
  createServiceInput,
  deleteServiceInput,
  describeServicesInput,
  listServicesInput,
  updateServiceInput,
} from './service-shapes.ts';

const usual: DeploymentConfiguration = {
  maximumPercent: 200,
  minimumHealthyPercent: 100,
  deploymentCircuitBreaker: { enable: false, rollback: false },
};

export function serviceOperations({ records, balancing, clock, scheduler }: EcsContext): Record<string, Operation> {
  const parse = <S extends z.ZodType>(schema: S, input: unknown) =>
    parseInput(schema, input, 'InvalidParameterException');
  const described = (service: Service, withTags = false) => describedService(service, scheduler.host.alive(), withTags);
  const activeDefinition = (reference: string): TaskDefinition => {
    const definition = records.definition(definitionReference(reference));
    if (!definition) throw clientFault('TaskDefinition not found.');
    if (definition.status === 'INACTIVE') throw clientFault('TaskDefinition is inactive');
    return definition;
  };
  const save = (service: Service): { service: unknown } => {
    records.putService(service);
    scheduler.poke(service.arn);
    return { service: described(service) };
  };
  const serviceIn = (clusterReference: string | undefined, reference: string): Service => {
    const service = records.service(serviceArn(clusterOf(records, clusterReference), nameIn(reference)));
    if (!service) throw new ServiceFault('ServiceNotFoundException', 'Service not found.');
    if (service.status !== 'ACTIVE') throw new ServiceFault('ServiceNotActiveException', 'Service was not ACTIVE.');
    return service;
  };
  const checkBalancer = ({ targetGroupArn }: LoadBalancerOfService): void => {
    const state = balancing.stateOf(targetGroupArn);
    if (state === 'absent')
      throw invalidParameter(
        `Unable to assume role and validate the specified targetGroupArn: ${targetGroupArn}. Target group not found.`,
      );
    if (state === 'unused') {
      throw invalidParameter(
        `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
      );
    }
  };

  return {
    CreateService(input) {
      const wanted = parse(createServiceInput, input);
      const cluster = clusterOf(records, wanted.cluster);
      const arn = serviceArn(cluster, wanted.serviceName);
      const present = records.service(arn);
      if (present && present.status !== 'INACTIVE') throw invalidParameter('Creation of service was not idempotent.');
      if (wanted.taskDefinition === undefined) throw invalidParameter('TaskDefinition can not be blank.');
      if (wanted.networkConfiguration === undefined) {
        throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
      }
      const definition = activeDefinition(wanted.taskDefinition);
      for (const balancer of wanted.loadBalancers) {
        checkBalancer(balancer);
        checkPort(definition, balancer);
      }
      const service: Service = {
        arn,
        cluster,
        name: wanted.serviceName,
        controller: wanted.deploymentController.type,
        loadBalancers: wanted.loadBalancers,
        createdMs: clock.now(),
        status: 'ACTIVE',
        desiredCount: wanted.desiredCount ?? 1,
        configuration: configurationOf(usual, wanted.deploymentConfiguration),
        graceSeconds: wanted.healthCheckGracePeriodSeconds ?? 0,
        network: wanted.networkConfiguration,
        tags: wanted.tags,
        deployments: [],
        events: [],
      };
      scheduler.deploy(service, definition.arn);
      return save(service);
    },
    UpdateService(input) {
      const wanted = parse(updateServiceInput, input);
      const service = serviceIn(wanted.cluster, wanted.service);
      const present = service.deployments[0]?.definition;
      const definition = wanted.taskDefinition === undefined ? undefined : activeDefinition(wanted.taskDefinition);
      if (service.controller === 'CODE_DEPLOY') refuseForCodeDeploy(wanted);
      for (const balancer of service.loadBalancers) if (definition) checkPort(definition, balancer);
      service.configuration = configurationOf(service.configuration, wanted.deploymentConfiguration);
      service.desiredCount = wanted.desiredCount ?? service.desiredCount;
      service.graceSeconds = wanted.healthCheckGracePeriodSeconds ?? service.graceSeconds;
      if (wanted.networkConfiguration) service.network = wanted.networkConfiguration;
      const other = definition !== undefined && definition.arn !== present;
      if (other || wanted.forceNewDeployment || wanted.networkConfiguration) {
        scheduler.deploy(service, definition?.arn ?? present ?? '');
      }
      return save(service);
    },
    DescribeServices(input) {
      const { cluster: reference, services, include } = parse(describeServicesInput, input);
      const cluster = clusterOf(records, reference);
      const arns = services.map((each) => serviceArn(cluster, nameIn(each)));
      const found = arns.map((arn) => records.service(arn));
      return {
        services: found.flatMap((service) => (service ? [described(service, include !== undefined)] : [])),
        failures: arns.filter((_, index) => !found[index]).map((arn) => ({ arn, reason: 'MISSING' })),
      };
    },
    DeleteService(input) {
      const { cluster, service: reference, force } = parse(deleteServiceInput, input);
      const service = serviceIn(cluster, reference);
      if (service.desiredCount > 0 && !force) {
        throw invalidParameter('The service cannot be stopped while the primary deployment is scaled above 0.');
      }
      service.status = 'DRAINING';
      service.desiredCount = 0;
      return save(service);
    },
    ListServices(input) {
      const { cluster: reference, maxResults, nextToken = '0' } = parse(listServicesInput, input);
      const cluster = clusterOf(records, reference);
      const arns = records
        .services()
        .filter((service) => service.cluster === cluster && service.status !== 'INACTIVE')
        .map(({ arn }) => arn);
      const from = Number(nextToken);
      const more = from + maxResults < arns.length;
      return {
        serviceArns: arns.slice(from, from + maxResults),
        ...(more && { nextToken: String(from + maxResults) }),
      };
    },
  };
}

function refuseForCodeDeploy(wanted: {
  readonly taskDefinition?: unknown;
  readonly forceNewDeployment: boolean;
  readonly networkConfiguration?: unknown;
}): void {
  const end = 'on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.';
  if (wanted.taskDefinition !== undefined) throw invalidParameter(`Unable to update task definition ${end}`);
  if (wanted.networkConfiguration !== undefined) throw invalidParameter(`Unable to update network parameters ${end}`);
  if (wanted.forceNewDeployment) throw invalidParameter(`Cannot force a new deployment ${end}`);
}

function checkPort(definition: TaskDefinition, { containerName, containerPort }: LoadBalancerOfService): void {
  const container = definition.shape.containerDefinitions.find(({ name }) => name === containerName);
  if (!container) {
    throw invalidParameter(`The container ${containerName} does not exist in the task definition.`);
  }
  if (!container.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
    throw invalidParameter(`The container ${containerName} did not have a container port ${containerPort} defined.`);
  }
}

function configurationOf(
  present: DeploymentConfiguration,
  wanted: z.output<typeof configurationInput> | undefined,
): DeploymentConfiguration {
  const changed = {
    maximumPercent: wanted?.maximumPercent ?? present.maximumPercent,
    minimumHealthyPercent: wanted?.minimumHealthyPercent ?? present.minimumHealthyPercent,
    deploymentCircuitBreaker: wanted?.deploymentCircuitBreaker ?? present.deploymentCircuitBreaker,
  };
  if (changed.maximumPercent < 100 || (changed.minimumHealthyPercent >= 100 && changed.maximumPercent <= 100)) {
    throw invalidParameter(
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    );
  }
  return changed;
}
