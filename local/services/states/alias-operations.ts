import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { parseMachineArn } from './arn.ts';
import type { Alias } from './machine-store.ts';
import { checkName, parseInput, wireTime } from './parse-input.ts';
import { refuseDeleting } from './registry.ts';
import type { StatesContext } from './states-context.ts';

const Routes = z
  .array(z.strictObject({ stateMachineVersionArn: z.string(), weight: z.int().min(0).max(100) }))
  .min(1)
  .max(2)
  .refine((routes) => routes.reduce((sum, { weight }) => sum + weight, 0) === 100, 'the weights must add up to 100')
  .refine(
    (routes) => new Set(routes.map((route) => route.stateMachineVersionArn)).size === routes.length,
    'the versions must differ',
  );
const Description = z.string().max(256).optional();
const Create = z.strictObject({ name: z.string(), description: Description, routingConfiguration: Routes });
const Update = z.strictObject({
  stateMachineAliasArn: z.string(),
  description: Description,
  routingConfiguration: Routes.optional(),
});
const ByArn = z.strictObject({ stateMachineAliasArn: z.string() });

/** Operations on aliases. */
export function aliasOperations({ machines, registry, clock }: StatesContext): Readonly<Record<string, Operation>> {
  return {
    CreateStateMachineAlias(input) {
      const { name, description, routingConfiguration: routes } = parseInput(Create, input);
      checkName(name);
      if (/^\d+$/.test(name)) {
        throw new ServiceFault('ValidationException', `An alias cannot be named like a version: '${name}'`);
      }
      const machineArn = machineOf(routes);
      const arn = `${machineArn}:${name}`;
      const existing = machines.alias(arn);
      if (existing) {
        if (existing.description !== description || JSON.stringify(existing.routes) !== JSON.stringify(routes)) {
          throw new ServiceFault('ConflictException', `The alias ${arn} exists with other settings.`);
        }
        return { stateMachineAliasArn: arn, creationDate: wireTime(existing.createdAt) };
      }
      const now = clock.now();
      const described = description === undefined ? {} : { description };
      machines.putAlias({ arn, machineArn, name, routes, createdAt: now, updatedAt: now, ...described });
      return { stateMachineAliasArn: arn, creationDate: wireTime(now) };
    },

    UpdateStateMachineAlias(input) {
      const { stateMachineAliasArn, description, routingConfiguration } = parseInput(Update, input);
      const alias = find(stateMachineAliasArn);
      if (description === undefined && routingConfiguration === undefined) {
        throw new ServiceFault('ValidationException', 'Either the description or the routing must be specified');
      }
      if (routingConfiguration && machineOf(routingConfiguration) !== alias.machineArn) {
        throw new ServiceFault('ValidationException', 'The alias and its versions must be of one state machine');
      }
      const updatedAt = clock.now();
      const routes = routingConfiguration ?? alias.routes;
      machines.putAlias({ ...alias, ...(description !== undefined && { description }), routes, updatedAt });
      return { updateDate: wireTime(updatedAt) };
    },

    DescribeStateMachineAlias(input) {
      const alias = find(parseInput(ByArn, input).stateMachineAliasArn);
      return {
        stateMachineAliasArn: alias.arn,
        name: alias.name,
        description: alias.description,
        routingConfiguration: alias.routes,
        creationDate: wireTime(alias.createdAt),
        updateDate: wireTime(alias.updatedAt),
      };
    },
  };

  function find(arn: string): Alias {
    parseMachineArn(arn);
    const alias = machines.alias(arn);
    if (!alias)
      throw new ServiceFault('ResourceNotFound', `Request references a resource that does not exist: '${arn}'`);
    return alias;
  }

  /** The one machine whose published versions the routes name. */
  function machineOf(routes: Alias['routes']): string {
    const owners = routes.map(({ stateMachineVersionArn: arn }) => {
      const version = machines.version(arn);
      if (version) return version.machineArn;
      throw new ServiceFault('ResourceNotFound', `Request references a resource that does not exist: '${arn}'`);
    });
    const [first = '', second = first] = owners;
    if (first !== second) {
      throw new ServiceFault('ValidationException', 'The versions of an alias must be of one state machine');
    }
    refuseDeleting(registry.machine(first));
    return first;
  }
}
