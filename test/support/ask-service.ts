import { get } from 'node:http';

/** A request to a deployed service through the balancer, by the name that a browser would resolve. */
export function askService(
  servicesPort: number,
  host: `${string}.${string}`,
  path = '/',
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: servicesPort,
      path,
      agent: false,
      headers: { host: `${host}.localhost` },
    };
    get(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    }).on('error', reject);
  });
}
