import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer, ListenerAction, ListenerCertificate } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { EcsService } from '../../constructs/ecs-service.ts';

/** A team's own stack: the service `greeter` in two environments behind one load balancer. `README.md` says how to deploy it. */
const app = new App();

const contextOf = (name: string): string => {
  const value: unknown = app.node.tryGetContext(name);
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(
    `Give -c ${name}=…: the account and region of the deployment service, a domain and its certificate are needed.`,
  );
};
const deploymentService = { account: contextOf('account'), region: contextOf('region') };
const domain = contextOf('domain');

const stack = new Stack(app, 'greeter');
const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
const cluster = new Cluster(stack, 'Cluster', { clusterName: 'services', vpc });
const listener = new ApplicationLoadBalancer(stack, 'Balancer', { vpc, internetFacing: true }).addListener('Https', {
  port: 443,
  certificates: [ListenerCertificate.fromArn(contextOf('certificate'))],
  defaultAction: ListenerAction.fixedResponse(404, { contentType: 'text/plain', messageBody: 'No such service.\n' }),
});

['staging', 'production'].forEach((environment, index) => {
  new EcsService(stack, environment, {
    service: 'greeter',
    environment,
    deploymentService,
    vpc,
    cluster,
    listener,
    priority: 10 + index,
    host: `greeter.${environment}.${domain}`,
    ...(environment === 'production' && { scaling: { minimum: 2, maximum: 6 } }),
  });
});
