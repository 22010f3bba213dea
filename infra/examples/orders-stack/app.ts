import { App, Stack } from 'aws-cdk-lib';
import { LambdaService } from '../../constructs/lambda-service.ts';

/** A team's own stack: the service `orders` in two environments. `README.md` says how to deploy it. */
const app = new App();

const contextOf = (name: string): string => {
  const value: unknown = app.node.tryGetContext(name);
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`Give -c ${name}=…: the account, region and blob bucket of the deployment service are needed.`);
};
const deploymentService = {
  account: contextOf('account'),
  region: contextOf('region'),
  bucket: contextOf('bucket'),
};

for (const environment of ['staging', 'production']) {
  const stack = new Stack(app, `orders-${environment}`);
  new LambdaService(stack, 'Service', { service: 'orders', environment, deploymentService });
}
