import { invalidParameter } from './faults.ts';

const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);
const LIMIT_BYTES = 4096;

/** Checks a function's variables as Lambda does, so that what works here is not refused there. */
export function checkVariables(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = Object.keys(variables);
  const refused =
    'Lambda was unable to configure your environment variables because the environment variables you have provided';
  const reserved = names.filter((name) => RESERVED.has(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `${refused} contains reserved keys that are currently not supported for modification. ` +
        `Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  const misnamed = names.find((name) => !/^[A-Za-z][A-Za-z0-9_]+$/.test(name));
  if (misnamed !== undefined) {
    throw invalidParameter(`The environment variable name "${misnamed}" does not match [a-zA-Z]([a-zA-Z0-9_])+.`);
  }
  if (Buffer.byteLength(JSON.stringify(variables)) > LIMIT_BYTES) {
    throw invalidParameter(`${refused} exceeded the 4KB limit.`);
  }
  return variables;
}
