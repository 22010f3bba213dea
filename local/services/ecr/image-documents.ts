import * as z from 'zod';
import { DIGEST } from './image-digest.ts';

const digest = z.string().regex(DIGEST);
const descriptor = z.object({ mediaType: z.string(), digest, size: z.int().min(0) });

/** The manifest of one image, in OCI's or Docker's media type: both have these members. */
export const imageManifest = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptor,
  layers: z.array(descriptor),
});
export type ImageManifest = z.infer<typeof imageManifest>;

/** A manifest that lists those of several platforms. */
export const imageIndex = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(
    descriptor.extend({ platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
  ),
});

/** The part of an image's configuration that says how it is started. */
export const imageConfiguration = z.object({
  config: z
    .object({
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      Env: z.array(z.string()).nullish(),
      WorkingDir: z.string().nullish(),
    })
    .nullish(),
});
