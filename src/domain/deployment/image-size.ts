import * as z from 'zod';

const sized = z.object({ size: z.int().min(0) });
const imageManifest = z.object({ schemaVersion: z.literal(2), config: sized, layers: z.array(sized).min(1) });

/**
 * What an image's blobs are in bytes, all together.
 *
 * @returns `undefined` for what is not the manifest of one image: an index, for instance, names others
 */
export function imageSizeBytes(manifest: string): number | undefined {
  const image = imageManifest.safeParse(jsonIn(manifest)).data;
  return image && [image.config, ...image.layers].reduce((sum, { size }) => sum + size, 0);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
