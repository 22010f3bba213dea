import * as z from 'zod';
import { messageOf } from '#local/asl/expression.ts';
import { TaskError, type Integration } from '#local/asl/integration.ts';
import { fromPascalCase, toPascalCase } from './member-case.ts';

export const CODEBUILD_START_BUILD = 'arn:aws:states:::codebuild:startBuild.sync';

interface CodeBuildAccess {
  /** Sends one operation to the CodeBuild service (`StartBuild`, `BatchGetBuilds`, `StopBuild`), members in camelCase. */
  readonly call: (operation: string, input: unknown) => Promise<unknown>;
  /** Resolves when the build is over, at once if it already is. */
  readonly ended: (buildId: string) => Promise<void>;
}

const Started = z.object({ build: z.looseObject({ id: z.string() }) });
const Builds = z.object({ builds: z.array(z.looseObject({ buildStatus: z.string() })) });

/** The task that runs a build and waits until it is over. Its reference is the id of the build. */
export function codebuildStartBuild({ call, ended }: CodeBuildAccess): Integration {
  return {
    async start(args, { idempotencyToken, submitted }) {
      const input = z.object({ projectName: z.string() }).loose().safeParse(fromPascalCase(args));
      if (!input.success) throw new TaskError('States.Runtime', z.prettifyError(input.error));
      // The token lets a start whose answer was lost in a crash find its build instead of starting a second one.
      const { build } = Started.parse(await ask(call, 'StartBuild', { idempotencyToken, ...input.data }));
      submitted(build.id, { Build: toPascalCase(build) });
      return outcome(build.id, { call, ended });
    },
    resume: (reference) => outcome(reference, { call, ended }),
    async stop(reference) {
      await call('StopBuild', { id: reference });
    },
  };
}

async function outcome(buildId: string, { call, ended }: CodeBuildAccess): Promise<unknown> {
  await ended(buildId);
  const [build] = Builds.parse(await ask(call, 'BatchGetBuilds', { ids: [buildId] })).builds;
  if (!build) throw new TaskError('States.TaskFailed', `CodeBuild has no build ${buildId}.`);
  const Build = toPascalCase(build);
  if (build.buildStatus !== 'SUCCEEDED') throw new TaskError('States.TaskFailed', JSON.stringify(Build));
  return { Build };
}

/** A refusal by the service fails the task as `CodeBuild.<exception>`, the way Step Functions names it. */
async function ask(call: CodeBuildAccess['call'], operation: string, input: unknown): Promise<unknown> {
  try {
    return await call(operation, input);
  } catch (error) {
    const parsed = z.object({ name: z.string(), $metadata: z.object({}) }).safeParse(error);
    const name = parsed.success ? parsed.data.name : 'SdkClientException';
    const suffix = name.endsWith('Exception') ? name : `${name}Exception`;
    throw new TaskError(`CodeBuild.${suffix.replace(/^AWSCodeBuild/, '')}`, messageOf(error), { cause: error });
  }
}
