import * as z from 'zod';
import { deploymentId } from '../names.ts';
import { defineEvent } from './envelope.ts';

/** A newer deployment of the same service to the same environment made this one pointless before it started. */
export const deploymentSuperseded = defineEvent('deployment.superseded', z.object({ by: deploymentId }));
