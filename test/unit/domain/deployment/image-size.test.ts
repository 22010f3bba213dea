import { expect, it } from 'vitest';
import { imageSizeBytes } from '#domain/deployment/image-size.ts';
import { imageNames } from '#domain/image-names.ts';

const config = { mediaType: 'c', digest: 'd', size: 5 };
const layer = (size: number) => ({ mediaType: 'l', digest: 'd', size });

it('an image is as large as its configuration and its layers', () => {
  const manifest = { schemaVersion: 2, config, layers: [layer(10), layer(100)] };
  expect(imageSizeBytes(JSON.stringify(manifest))).toBe(115);
});

it.each([
  ['not JSON', 'x'],
  ['an index of images', JSON.stringify({ schemaVersion: 2, manifests: [] })],
  ['without layers', JSON.stringify({ schemaVersion: 2, config, layers: [] })],
  ['of a negative size', JSON.stringify({ schemaVersion: 2, config, layers: [layer(-1)] })],
])('%s is no image', (_, text) => {
  expect(imageSizeBytes(text)).toBeUndefined();
});

it('names follow from the registry, the prefix and the service', () => {
  const at = 'registry.example/deployments';
  expect(imageNames.repository(at, 'orders')).toBe('registry.example/deployments/orders');
  expect(imageNames.image(at, 'orders', 'abc')).toBe('registry.example/deployments/orders@sha256:abc');
  expect([imageNames.registry(at), imageNames.withinRegistry(at)]).toEqual(['registry.example', 'deployments']);
});

it.each([
  ['public.ecr.aws/docker/library/node:24-slim', 'ecr-public/docker/library/node:24-slim'],
  [`public.ecr.aws/a/b@sha256:${'0'.repeat(64)}`, `ecr-public/a/b@sha256:${'0'.repeat(64)}`],
])('the base image %s is read as %s', (public_, within) => {
  expect(imageNames.base(public_)).toBe(within);
});
