import { expect, it } from 'vitest';
import { repositoryIdentity } from '#domain/delivery/repository-identity.ts';

it.each([
  ['https://github.com/Acme/Orders.git', 'github.com/acme/orders'],
  ['https://github.com/acme/orders', 'github.com/acme/orders'],
  ['https://github.com/acme/orders/', 'github.com/acme/orders'],
  ['https://GitHub.com:443/acme/orders.git/', 'github.com/acme/orders'],
  ['https://token@github.com/acme/orders.git', 'github.com/acme/orders'],
  ['ssh://git@github.com/acme/orders.git', 'github.com/acme/orders'],
  ['ssh://git@github.com:22/acme/orders.git', 'github.com/acme/orders'],
  ['ssh://git@gitlab.example.com:2222/group/sub/orders.git', 'gitlab.example.com/group/sub/orders'],
  ['git@github.com:acme/orders.git', 'github.com/acme/orders'],
  ['git@github.com:/acme/orders', 'github.com/acme/orders'],
  ['git://github.com/acme/orders.git', 'github.com/acme/orders'],
  ['https://git.example.com:8443/acme/orders', 'git.example.com:8443/acme/orders'],
  ['file:///srv/git/Orders.git', 'file:/srv/git/Orders'],
  ['file://localhost/srv/git/Orders', 'file:/srv/git/Orders'],
])('%s is %s', (address, identity) => {
  expect(repositoryIdentity(address)).toBe(identity);
});

it.each(['', 'orders', '/srv/git/orders', 'https://github.com', 'https://github.com/', 'git@github.com:'])(
  '"%s" is no repository',
  (address) => {
    expect(repositoryIdentity(address)).toBeUndefined();
  },
);

it('hosts and ports that differ are different repositories', () => {
  const all = ['https://a.example/x/y', 'https://b.example/x/y', 'https://a.example:8443/x/y', 'file:///x/y'];
  expect(new Set(all.map(repositoryIdentity)).size).toBe(all.length);
});
