/**
 * One spelling for all addresses of a repository, so that the address in a push finds the service registered with another:
 * `https://github.com/Acme/Orders.git`, `ssh://git@github.com/acme/orders` and `git@github.com:acme/orders.git` are all
 * `github.com/acme/orders`. Hosts take no notice of case there; the paths of a file system do.
 *
 * @returns `undefined` for what is no address of a repository
 */
export function repositoryIdentity(address: string): string | undefined {
  const text = address.trim();
  const file = /^file:\/\/(?:localhost)?(\/.+)$/.exec(text)?.[1];
  if (file !== undefined) return `file:${withoutEnding(file)}`;
  const url = /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/]*@)?([^/:@]+)(?::(\d+))?\/(.+)$/i.exec(text);
  if (url) {
    const [, scheme = '', host = '', port, path = ''] = url;
    return identityOf(portCounts(scheme.toLowerCase(), port) ? `${host}:${port}` : host, path);
  }
  // As git writes it for ssh: `user@host:path`.
  const short = /^(?:[^@/:\s]+@)?([^@/:\s]+):(?!\/\/)(.+)$/.exec(text);
  return short ? identityOf(short[1] ?? '', short[2] ?? '') : undefined;
}

/** A port of ssh says nothing about which repository it is; one of https is another server. */
function portCounts(scheme: string, port: string | undefined): boolean {
  return port !== undefined && !['ssh', 'git'].includes(scheme) && !(scheme === 'https' && port === '443');
}

function identityOf(host: string, path: string): string | undefined {
  const trimmed = withoutEnding(path).replace(/^\/+/, '');
  return trimmed === '' ? undefined : `${host}/${trimmed}`.toLowerCase();
}

function withoutEnding(path: string): string {
  return path.replace(/\/+$/, '').replace(/\.git$/i, '');
}
