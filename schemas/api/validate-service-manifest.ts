import * as z from 'zod';
import { environmentName } from '../names.ts';
import { defineOperation } from './contract.ts';

const fault = z.object({
  code: z.string(),
  pointer: z.string(),
  line: z.int(),
  column: z.int(),
  message: z.string(),
  value: z.string().optional(),
  suggestion: z.string().optional(),
});

/** Says every fault of a `service.yaml` at once. The body is the file itself. */
export const validateServiceManifest = defineOperation({
  operation: 'validate-service-manifest',
  method: 'POST',
  path: '/v1/manifests/validate',
  permission: 'deployment:read',
  summary: 'Check a service.yaml',
  params: z.object({}),
  query: z.strictObject({
    /** Warn of what a deployment to this environment needs; of everything in the file if absent. */
    environment: environmentName.optional(),
  }),
  body: 'raw',
  answer: z.object({
    valid: z.boolean(),
    /** Name of the service, when the manifest is valid. */
    name: z.string().optional(),
    faults: z.array(fault),
    /**
     * What a valid manifest asks for and this version does not do yet: a deployment that needs it is refused. Absent in
     * the answers of older versions.
     */
    warnings: z.array(fault).optional(),
  }),
  statuses: [200],
});
