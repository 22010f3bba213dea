import * as z from 'zod';
import { stageMembers } from './build.ts';

const hook = z.strictObject(stageMembers);

/** Commands around a release. */
export const hooks = z.strictObject({
  beforeRelease: hook.optional().meta({ description: 'Runs before traffic moves; when it fails, none does.' }),
  afterRelease: hook
    .optional()
    .meta({ description: 'Runs when all traffic has moved, before the release is verified.' }),
});
