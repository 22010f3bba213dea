import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { clusterArn, nameIn } from './ecs-arn.ts';
import type { EcsContext } from './ecs-context.ts';
import type { EcsRecords } from './records.ts';

const name = z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be letters, digits, hyphens and underscores');
const tags = z.array(z.strictObject({ key: z.string(), value: z.string() })).optional();
const createInput = z.strictObject({ clusterName: name.default('default'), tags });
const describeInput = z.strictObject({
  clusters: z.array(z.string()).default(['default']),
  include: z.array(z.enum(['STATISTICS', 'TAGS', 'SETTINGS', 'CONFIGURATIONS', 'ATTACHMENTS'])).optional(),
});

/**
 * The name of a cluster that exists.
 *
 * @throws ServiceFault `ClusterNotFoundException`
 */
export function clusterOf(records: EcsRecords, reference: string | undefined): string {
  const cluster = nameIn(reference ?? 'default');
  if (!records.hasCluster(cluster)) throw new ServiceFault('ClusterNotFoundException', 'Cluster not found.');
  return cluster;
}

export function clusterOperations({ records, scheduler }: EcsContext): Record<string, Operation> {
  const described = (cluster: string) => {
    const tasks = scheduler.host.alive().filter((task) => task.cluster === cluster);
    const services = records.services().filter((each) => each.cluster === cluster && each.status !== 'INACTIVE');
    return {
      clusterArn: clusterArn(cluster),
      clusterName: cluster,
      status: 'ACTIVE',
      registeredContainerInstancesCount: 0,
      runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
      pendingTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'PENDING').length,
      activeServicesCount: services.length,
      statistics: [],
      tags: [],
      settings: [],
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
    };
  };

  return {
    CreateCluster(input) {
      const { clusterName } = parseInput(createInput, input, 'InvalidParameterException');
      records.putCluster(clusterName);
      return { cluster: described(clusterName) };
    },
    DescribeClusters(input) {
      const wanted = parseInput(describeInput, input, 'InvalidParameterException').clusters.map(nameIn);
      return {
        clusters: wanted.filter((cluster) => records.hasCluster(cluster)).map(described),
        failures: wanted
          .filter((cluster) => !records.hasCluster(cluster))
          .map((cluster) => ({ arn: clusterArn(cluster), reason: 'MISSING' })),
      };
    },
    ListClusters(input) {
      parseInput(z.strictObject({ maxResults: z.int().optional() }), input, 'InvalidParameterException');
      return { clusterArns: records.clusters().map(clusterArn) };
    },
  };
}
