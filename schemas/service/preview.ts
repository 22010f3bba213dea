import * as z from 'zod';
import { environmentName } from '../names.ts';
import { variables } from './variables.ts';
import { wholeNumber } from './whole-number.ts';

/** An environment of its own for every pull request. */
export const preview = z.strictObject({
  ttlHours: wholeNumber(1, 720)
    .default(72)
    .meta({ description: 'Time after the last push for which a preview stays, in hours.' }),
  settingsFrom: environmentName
    .optional()
    .meta({ description: 'Environment whose variables, secrets and scaling a preview takes.' }),
  variables: variables.optional().meta({ description: 'Environment variables that only previews have.' }),
});
