import * as z from 'zod';
import { defineOperation } from './contract.ts';
import { serviceState } from './service-state.ts';

export const listServices = defineOperation({
  operation: 'list-services',
  method: 'GET',
  path: '/v1/services',
  permission: 'deployment:read',
  summary: 'Services by name, and what their environments run',
  params: z.object({}),
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(50).default(20),
    cursor: z.string().max(1024).optional(),
  }),
  body: 'none',
  answer: z.object({ items: z.array(serviceState), cursor: z.string().optional() }),
  statuses: [200],
});
