import { request } from 'node:http';
import type { HealthCheck } from './records.ts';

/** What a health check found. */
export type CheckResult =
  | { readonly kind: 'well' }
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'unreachable' };

export type CheckTarget = (place: { id: string; port: number }, check: HealthCheck) => Promise<CheckResult>;

/** Asks a target over HTTP, as the balancer that it is behind. Never rejects. */
export const checkTarget: CheckTarget = (place, { path, timeoutSeconds, matcher }) =>
  new Promise((resolve) => {
    const asked = request({
      host: place.id,
      port: place.port,
      path,
      agent: false,
      headers: { host: `${place.id}:${place.port}`, 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' },
    });
    const limit = setTimeout(() => {
      resolve({ kind: 'timeout' });
      asked.destroy();
    }, timeoutSeconds * 1000);
    asked.on('response', (answer) => {
      clearTimeout(limit);
      answer.resume();
      const code = answer.statusCode ?? 0;
      resolve(matches(matcher, code) ? { kind: 'well' } : { kind: 'code', code });
    });
    asked.on('error', () => {
      clearTimeout(limit);
      resolve({ kind: 'unreachable' });
    });
    asked.end();
  });

function matches(matcher: string, code: number): boolean {
  return matcher.split(',').some((range) => {
    const [from, to = from] = range.split('-').map(Number);
    return code >= (from ?? 0) && code <= (to ?? 0);
  });
}
