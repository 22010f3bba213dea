import * as z from 'zod';

/** What a build can make: a zip for Lambda, or an OCI image for ECS. */
export const artifactFormat = z.enum(['zip', 'image']);
export type ArtifactFormat = z.infer<typeof artifactFormat>;
