import { BlockList, isIP } from 'node:net';

const reserved = new BlockList();
const ranges: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Credentials of the machine itself are told here.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
for (const [network, prefix] of ranges) reserved.addSubnet(network, prefix, 'ipv4');

// Only what is given out to the public; from it without what leads back to an address of version 4, or nowhere.
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const) {
  reserved.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address is one that only this machine, this network or nobody answers at. What is no address counts as one. */
export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return reserved.check(address, 'ipv4');
    case 6:
      return !global6.check(address, 'ipv6') || reserved.check(address, 'ipv6');
    default:
      return true;
  }
}
