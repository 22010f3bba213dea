import type { AddressInfo, Server } from 'node:net';
import { PortTaken } from '../gateway/port-taken.ts';

/**
 * Starts a server and answers the port that it got; port 0 lets the system choose.
 * @throws PortTaken
 */
export function listen(server: Server, port: number, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      reject(error.code === 'EADDRINUSE' ? new PortTaken(port, error) : error);
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
