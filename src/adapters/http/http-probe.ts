import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HttpProbe, ProbeAnswer, ProbeRequest } from '#ports/http-probe.ts';

/** Only so much of a body is looked at. */
const mostBytes = 64 * 1024;

/**
 * One GET per probe, on a connection of its own. `fetch` would not do: it must reach an address under another name,
 * and a kept connection would keep asking the same target.
 */
export class NodeHttpProbe implements HttpProbe {
  readonly #localAddress: string | undefined;

  /**
   * @param localAddress where names under `.localhost` are reached; they resolve in browsers, but not in getaddrinfo. It
   *   is not part of a registration: the load balancer may listen on another port tomorrow.
   */
  constructor(localAddress?: string) {
    this.#localAddress = localAddress;
  }

  async get({ url, timeoutSeconds }: ProbeRequest): Promise<ProbeAnswer> {
    const asked = new URL(url);
    const address = asked.hostname.endsWith('.localhost') ? this.#localAddress : undefined;
    const reached = new URL(address ?? url);
    // Not resolved against the address: a path that begins with two slashes would name another host.
    reached.pathname = asked.pathname;
    reached.search = asked.search;
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const started = performance.now();
    return new Promise((resolve) => {
      const unreachable = (reason: string): void => resolve({ kind: 'unreachable', reason });
      const tooLate = `did not answer within ${timeoutSeconds} s`;
      const send = reached.protocol === 'https:' ? httpsRequest : httpRequest;
      const sent = send(
        reached,
        {
          agent: false,
          headers: { host: asked.host, 'user-agent': 'deployment-service-health-check' },
          signal,
        },
        (answer) => {
          const chunks: Buffer[] = [];
          let size = 0;
          const answered = (): void =>
            resolve({
              kind: 'answer',
              status: answer.statusCode ?? 0,
              body: Buffer.concat(chunks).toString('utf8', 0, mostBytes),
              durationMs: Math.round(performance.now() - started),
            });
          answer.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            size += chunk.byteLength;
            if (size < mostBytes) return;
            // The rest may be endless.
            answered();
            answer.destroy();
          });
          answer.on('error', (error: NodeJS.ErrnoException) =>
            unreachable(signal.aborted ? tooLate : `broke off its answer (${error.code ?? error.name})`),
          );
          answer.on('end', answered);
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) =>
        unreachable(signal.aborted ? tooLate : `could not be reached (${error.code ?? error.name})`),
      );
      sent.end();
    });
  }
}
