import * as z from 'zod';
import { commitId, serviceName } from '#schemas/names.ts';
import { RunnerFailure } from './runner-failure.ts';

const set = z.string().min(1);

export const fetchEnvironment = z.object({
  DEPLOYMENT_ID: set,
  SERVICE: serviceName,
  REPOSITORY: set,
  COMMIT: commitId,
  MANIFEST_PATH: set.default('service.yaml'),
  /** The secret itself: CodeBuild has read it. */
  REPOSITORY_CREDENTIALS: set.optional(),
  CONNECTION: set.optional(),
  BLOB_BUCKET: set,
  CODEBUILD_SRC_DIR: set,
});

export const buildEnvironment = z.object({
  DEPLOYMENT_ID: set,
  PLAN_KEY: set,
  BLOB_BUCKET: set,
  MARK_FUNCTION: set,
  CODEBUILD_BUILD_ID: set,
  CODEBUILD_SRC_DIR: set,
  CODEBUILD_SRC_DIR_app: set,
});

/** Parses the environment at once, so that a start with three variables absent says so in one go. */
export function readEnvironment<T extends z.ZodType>(shape: T, environment: NodeJS.ProcessEnv): z.output<T> {
  const result = shape.safeParse(environment);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => {
    const name = path.map(String).join('.');
    return environment[name] === undefined ? `${name} is not set` : `${name}: ${message}`;
  });
  throw new RunnerFailure(`the build was started with a wrong environment: ${faults.join('; ')}`);
}
