import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';
import { invalid, notFound } from './elb-arn.ts';
import type { ElbContext, QueryOperation } from './elb-context.ts';
import { listOf, parseQuery, wholeNumber } from './parse-query.ts';
import { isUsed } from './routing.ts';
import { nameOf, type Target, type TargetPlace } from './targets.ts';

const description = z.strictObject({
  Id: z.string().min(1),
  Port: wholeNumber(1, 65_535).optional(),
  AvailabilityZone: z.string().optional(),
});
const targetsInput = z.strictObject({ TargetGroupArn: z.string(), Targets: listOf(description) });
const healthInput = z.strictObject({ TargetGroupArn: z.string(), Targets: listOf(description).optional() });

const loopback = /^(127(\.\d{1,3}){3}|::1)$/;

export function targetOperations({ records, targets }: ElbContext): Record<string, QueryOperation> {
  const placesIn = (input: z.output<typeof targetsInput>): TargetPlace[] => {
    const { port } = groupOf(input.TargetGroupArn);
    return input.Targets.map(({ Id, Port }) => ({ id: Id, port: Port ?? port }));
  };
  const groupOf = (arn: string) => {
    const group = records.find('target-group', arn);
    if (!group) throw notFound('TargetGroup', arn);
    return group;
  };

  return {
    RegisterTargets(input) {
      const wanted = parseQuery(targetsInput, input);
      const places = placesIn(wanted);
      const elsewhere = places.find(({ id }) => !loopback.test(id));
      if (elsewhere) throw invalid(`The local endpoint balances addresses of this machine only, not '${elsewhere.id}'`);
      targets.register(wanted.TargetGroupArn, places);
      return {};
    },
    DeregisterTargets(input) {
      const wanted = parseQuery(targetsInput, input);
      const places = placesIn(wanted);
      const known = new Set(targets.of(wanted.TargetGroupArn).map(nameOf));
      const absent = places.filter((place) => !known.has(nameOf(place)));
      if (absent.length > 0) {
        const names = absent.map(({ id }) => id).join(', ');
        throw new ServiceFault('InvalidTarget', `The following targets are not registered: ${names}`);
      }
      targets.deregister(wanted.TargetGroupArn, places);
      return {};
    },
    DescribeTargetHealth(input) {
      const { TargetGroupArn, Targets } = parseQuery(healthInput, input);
      const { port } = groupOf(TargetGroupArn);
      const registered = targets.of(TargetGroupArn);
      const used = isUsed(records, TargetGroupArn);
      const asked = Targets?.map(({ Id, Port }) => ({ id: Id, port: Port ?? port }));
      const found = asked
        ? asked.map((place) => registered.find((target) => nameOf(target) === nameOf(place)) ?? place)
        : registered;
      return {
        TargetHealthDescriptions: found.map((target) => ({
          Target: { Id: target.id, Port: target.port },
          HealthCheckPort: String(target.port),
          TargetHealth: 'health' in target ? healthOf(target, used) : notRegistered,
        })),
      };
    },
  };
}

const notRegistered = {
  State: 'unused',
  Reason: 'Target.NotRegistered',
  Description: 'Target is not registered to the target group',
};

function healthOf({ health }: Target, used: boolean) {
  if (health.state === 'draining') {
    return {
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    };
  }
  if (!used) {
    return {
      State: 'unused',
      Reason: 'Target.NotInUse',
      Description: 'Target group is not configured to receive traffic from the load balancer',
    };
  }
  if (health.state === 'healthy') return { State: 'healthy' };
  return { State: health.state, Reason: health.reason, Description: health.description };
}
