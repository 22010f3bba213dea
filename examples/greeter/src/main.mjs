import { createGreeter } from './server.mjs';

const server = createGreeter(process.env);
// Longer than a load balancer keeps an idle connection: it must be the one that closes first.
server.keepAliveTimeout = 65_000;

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`greeter listens on port ${server.address().port}`);
});

// A task that is to stop has lost its traffic already; what it has begun, it ends.
process.once('SIGTERM', () => {
  console.log('greeter stops');
  server.close(() => console.log('greeter has stopped'));
  server.closeIdleConnections();
});
