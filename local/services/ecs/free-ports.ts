import { createServer, type AddressInfo } from 'node:net';

/** Ports of the loopback interface, each handed out to one task at a time. */
export interface FreePorts {
  take(): Promise<number>;
  giveBack(port: number): void;
}

export function createFreePorts(): FreePorts {
  const taken = new Set<number>();
  return {
    async take() {
      for (;;) {
        const port = await anyFreePort();
        // A task that was just started may not listen yet.
        if (taken.has(port)) continue;
        taken.add(port);
        return port;
      }
    },
    giveBack: (port) => void taken.delete(port),
  };
}

function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
