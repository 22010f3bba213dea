import * as z from 'zod';
import { serviceName } from '../names.ts';
import { defineOperation } from './contract.ts';
import { serviceState } from './service-state.ts';

export const getService = defineOperation({
  operation: 'get-service',
  method: 'GET',
  path: '/v1/services/{service}',
  permission: 'deployment:read',
  summary: 'A service, and what its environments run',
  params: z.object({ service: serviceName }),
  query: z.strictObject({}),
  body: 'none',
  answer: serviceState,
  statuses: [200],
});
