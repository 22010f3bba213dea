import * as z from 'zod';
import { defineOperation } from './contract.ts';

/** Says every fault of a `service.yaml` at once. The body is the file itself. */
export const validateServiceManifest = defineOperation({
  operation: 'validate-service-manifest',
  method: 'POST',
  path: '/v1/manifests/validate',
  permission: 'deployment:read',
  summary: 'Check a service.yaml',
  params: z.object({}),
  query: z.strictObject({}),
  body: 'raw',
  answer: z.object({
    valid: z.boolean(),
    /** Name of the service, when the manifest is valid. */
    name: z.string().optional(),
    faults: z.array(
      z.object({
        code: z.string(),
        pointer: z.string(),
        line: z.int(),
        column: z.int(),
        message: z.string(),
        value: z.string().optional(),
        suggestion: z.string().optional(),
      }),
    ),
  }),
  statuses: [200],
});
