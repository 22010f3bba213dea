import { lookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isListed, type HostList } from './host-list.ts';
import { isPrivateAddress } from './private-address.ts';

export interface GuardedHosts {
  /** Reached by https, and only at public addresses. */
  readonly open: HostList;
  /** Reached at whatever address they have, by http as well: for a machine's own use. */
  readonly private: HostList;
}

export type PostAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfterSeconds?: number }
  /** The address is not one that may be called. The reason does not tell it: it may be secret. */
  | { readonly kind: 'forbidden'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

const timeoutMs = 10_000;

/**
 * Posts JSON to an address that somebody else chose. Follows no redirect, sends no credential, and looks at the address that
 * the connection really goes to: a name that meant a public one a moment ago may mean this network now.
 */
export async function guardedPost(address: string, body: unknown, hosts: GuardedHosts): Promise<PostAnswer> {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined;
  if (!url) return { kind: 'forbidden', reason: 'it is no URL' };
  const own = isListed(hosts.private, url);
  if (url.protocol !== 'https:' && !(own && url.protocol === 'http:')) {
    return { kind: 'forbidden', reason: 'it is not an https URL' };
  }
  if (!own && !isListed(hosts.open, url)) return { kind: 'forbidden', reason: 'its host is not on the list of hosts' };
  if (url.username !== '' || url.password !== '') return { kind: 'forbidden', reason: 'it names a user' };
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!own && isIP(literal) !== 0 && isPrivateAddress(literal)) {
    return { kind: 'forbidden', reason: 'its address is a private one' };
  }
  return post(url, JSON.stringify(body), own ? undefined : publicOnly);
}

function post(url: URL, body: string, lookupWith: LookupFunction | undefined): Promise<PostAnswer> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = send(
      url,
      {
        method: 'POST',
        agent: false,
        signal,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'deployment-service',
        },
        ...(lookupWith && { lookup: lookupWith }),
      },
      (answer) => {
        const retryAfterSeconds = Number(answer.headers['retry-after']);
        resolve({
          kind: 'answer',
          status: answer.statusCode ?? 0,
          ...(Number.isFinite(retryAfterSeconds) && { retryAfterSeconds }),
        });
        // Nothing of it is needed, and it may be endless.
        answer.destroy();
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === privateCode
          ? { kind: 'forbidden', reason: 'its name leads to a private address' }
          : { kind: 'unreachable', reason: signal.aborted ? 'no answer in time' : (error.code ?? error.name) },
      ),
    );
    sent.end(body);
  });
}

const privateCode = 'EPRIVATE';

/** Resolves a name, and refuses it when any of its addresses is private: which one is taken is not ours to choose. */
const publicOnly: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const [first] = addresses;
    if (!first || addresses.some(({ address }) => isPrivateAddress(address))) {
      return callback(Object.assign(new Error('The name leads to a private address.'), { code: privateCode }), '', 0);
    }
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};
