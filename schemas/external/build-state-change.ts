import * as z from 'zod';
import { deploymentId } from '../names.ts';

const variable = z.object({ name: z.string(), value: z.string().default('') });

/**
 * The detail of "CodeBuild Build State Change", for builds that were started for a run of a deployment; `undefined` for
 * one that was started for anything else.
 */
export const buildStateChange = z
  .object({
    'build-id': z.string().min(1),
    'additional-information': z.object({ environment: z.object({ 'environment-variables': z.array(variable) }) }),
  })
  .transform((detail) => {
    const variables = detail['additional-information'].environment['environment-variables'];
    const valueOf = (wanted: string) => variables.find(({ name }) => name === wanted)?.value;
    const id = deploymentId.safeParse(valueOf('DEPLOYMENT_ID'));
    if (!id.success) return undefined;
    // Of `arn:aws:codebuild:…:build/<project>:<uuid>` the part that the API takes.
    const buildId = detail['build-id'].replace(/^.*:build\//, '');
    // The machine of an earlier release says no run.
    const run = z.coerce.number().int().min(1).safeParse(valueOf('DEPLOYMENT_RUN')).data;
    return { deploymentId: id.data, buildId, ...(run !== undefined && { run }) };
  });
