import { BlockList, isIP } from 'node:net';
import { invalidPattern } from './pattern-fault.ts';

/**
 * Membership of an address in a block such as `10.0.0.0/24` or `2001:db8::/32`.
 *
 * @throws ServiceFault `InvalidEventPatternException`
 */
export function compileCidr(text: string): (value: string) => boolean {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(length) > (version === 4 ? 32 : 128)) {
    throw invalidPattern(`Malformed CIDR, one '/' required: ${text}`);
  }
  const block = new BlockList();
  block.addSubnet(address, Number(length), version === 4 ? 'ipv4' : 'ipv6');
  // Asked of the same family only: BlockList would find an IPv4 address in an IPv6 block through its mapped form.
  return (value) => isIP(value) === version && block.check(value, version === 4 ? 'ipv4' : 'ipv6');
}
