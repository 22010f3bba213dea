import { describe, expect, it } from 'vitest';
import { fairGateway } from '#local/gateway/fair-gateway.ts';
import type { WireRequest, WireResponse } from '#local/gateway/wire.ts';

const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body: new Uint8Array() };

/** Answers without a socket, and takes its time. */
function busy(answered: string[]) {
  return {
    async handle({ path }: WireRequest): Promise<WireResponse> {
      const until = performance.now() + 2;
      while (performance.now() < until);
      answered.push(path);
      return { status: 200, headers: {}, body: new Uint8Array() };
    },
  };
}

describe('an endpoint that many callers in this process use at once', () => {
  it('lets timers through before the last of them has its answer', async () => {
    const answered: string[] = [];
    const gateway = fairGateway(busy(answered));
    let answeredAtTimer: number | undefined;
    setTimeout(() => (answeredAtTimer = answered.length), 5);
    const caller = async (name: number): Promise<void> => {
      for (let call = 0; call < 5; call++) await gateway.handle({ ...request, path: `/${name}/${call}` });
    };
    await Promise.all(Array.from({ length: 20 }, (_, name) => caller(name)));
    expect(answered).toHaveLength(100);
    expect(answeredAtTimer).toBeLessThan(50);
  });

  it('answers in the order of the calls, and each once', async () => {
    const answered: string[] = [];
    const gateway = fairGateway(busy(answered));
    const paths = Array.from({ length: 30 }, (_, index) => `/${index}`);
    await Promise.all(paths.map((path) => gateway.handle({ ...request, path })));
    await gateway.handle({ ...request, path: '/last' });
    expect(answered).toEqual([...paths, '/last']);
  });
});
