import * as z from 'zod';

const label = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-", starting with a letter');

/** Policies that a deployment has to meet. */
export const gates = z
  .array(
    z.strictObject({
      name: label.meta({ description: 'Name of the gate, shown with the deployment.' }),
      policy: z
        .string()
        .max(200, 'must be at most 200 characters long')
        .regex(
          /^[a-z][a-z0-9-]*(?:\/[a-z][a-z0-9-]*){0,3}$/,
          'must be the name of a policy, such as security/no-critical-findings',
        )
        .meta({ description: 'Policy of the installation that decides.' }),
      stage: z
        .enum(['build', 'infrastructure', 'release'], { error: 'must be build, infrastructure or release' })
        .default('release')
        .meta({
          description: 'When it is asked: after the build, before infrastructure changes, or before the release.',
        }),
    }),
  )
  .max(20, 'must be at most 20 gates')
  .superRefine((all, context) => {
    const names = all.map(({ name }) => name);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      context.addIssue({ code: 'custom', path: [index, 'name'], message: 'must not be the name of another gate too' });
    }
  });
