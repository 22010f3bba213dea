import * as z from 'zod';

/** How a release takes over the traffic. A second strategy will turn this into a union by `type`. */
export const strategy = z.strictObject({
  type: z
    .literal('immediate', {
      error: 'must be immediate: other strategies are not supported in this version',
    })
    .meta({ description: 'All traffic at once, watched by the health check. Only immediate in this version.' }),
});
