/** A list of hosts that may be called, `name`, `name:port` or `*.name`, separated by commas. Without a port: 443 alone. */
export type HostList = readonly string[];

export function hostList(text: string | undefined): HostList {
  return (text ?? '')
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');
}

export function isListed(hosts: HostList, { hostname, port, protocol }: URL): boolean {
  const usual = protocol === 'https:' ? '443' : '80';
  return hosts.some((entry) => {
    const [name = '', wanted = usual] = entry.split(':');
    // `:*` for what listens where it can, as on a machine for development.
    if (wanted !== '*' && wanted !== (port || usual)) return false;
    // A level below, whatever it is; never the name itself, and never a name that only ends alike.
    return name.startsWith('*.')
      ? hostname.endsWith(name.slice(1)) && hostname.length > name.length - 1
      : hostname === name;
  });
}
