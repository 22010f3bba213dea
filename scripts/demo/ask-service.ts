import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

const about = z.object({ service: z.string(), version: z.string(), commit: z.string(), environment: z.string() });

/** What the example says of itself. */
export type About = z.infer<typeof about>;

/**
 * Asks a deployed service who it is. The name goes into the `Host` header: Node does not look up `*.localhost`, which
 * browsers and curl do.
 */
export async function askService(port: number, host: string): Promise<About> {
  const answer = await new Promise<string>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/', headers: { host }, agent: false }, (response) => {
      text(response).then(resolve, reject);
    })
      .on('error', reject)
      .end();
  });
  return about.parse(JSON.parse(answer));
}
