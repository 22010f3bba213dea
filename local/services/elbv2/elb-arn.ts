import { randomBytes } from 'node:crypto';
import { ServiceFault } from '#local/gateway/wire.ts';

const prefix = 'arn:aws:elasticloadbalancing:eu-west-1:000000000000:';

export function newId(): string {
  return randomBytes(8).toString('hex');
}

export const loadBalancerArn = (name: string): string => `${prefix}loadbalancer/app/${name}/${newId()}`;
export const targetGroupArn = (name: string): string => `${prefix}targetgroup/${name}/${newId()}`;
/** `app/<name>/<id>` of a load balancer leads the ARNs of its listeners, and a listener's those of its rules. */
export const listenerArn = (loadBalancer: string): string =>
  `${prefix}listener/${loadBalancer.split(':loadbalancer/')[1]}/${newId()}`;
export const ruleArn = (listener: string): string =>
  `${prefix}listener-rule/${listener.split(':listener/')[1]}/${newId()}`;

export function invalid(message: string): ServiceFault {
  return new ServiceFault('ValidationError', message);
}

/** An absent resource, in the words of the service. */
export function notFound(what: 'LoadBalancer' | 'TargetGroup' | 'Listener' | 'Rule', names: string): ServiceFault {
  const said = { LoadBalancer: 'load balancers', TargetGroup: 'target groups', Listener: 'listeners', Rule: 'rules' };
  return new ServiceFault(`${what}NotFound`, `One or more ${said[what]} not found: ${names}`);
}
