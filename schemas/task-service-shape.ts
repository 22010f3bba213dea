/** What runs before the first release: it tells the load balancer that it lives, and everybody else that nothing is there. */
const placeholder = `
const server = require('node:http').createServer((request, response) => {
  const isCheck = (request.headers['user-agent'] ?? '').startsWith('ELB-HealthChecker');
  response.writeHead(isCheck ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('Nothing is deployed here yet.\\n');
});
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
server.listen(process.env.PORT);
`;

/**
 * An ECS service that can be released into, as the `ecs-service` construct makes it and the local host plays it. The health
 * check of the load balancer knows no manifest: whatever answers is alive, and whether it is well the release finds out.
 */
export const taskServiceShape = {
  containerName: 'service',
  /** Where the load balancer expects a service that does not say otherwise. */
  port: 8080,
  /** On public.ecr.aws. */
  placeholderImage: 'docker/library/node:24-slim',
  placeholderCommand: ['node', '-e', placeholder.trim()],
  cpuUnits: 256,
  memoryMb: 512,
  healthCheck: {
    path: '/',
    codes: '200-499',
    intervalSeconds: 10,
    timeoutSeconds: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
  },
  /** Time from a task's start in which a failing health check is forgiven. */
  graceSeconds: 60,
  /** Longest time that requests under way have when a task goes. */
  deregistrationDelaySeconds: 30,
} as const;
