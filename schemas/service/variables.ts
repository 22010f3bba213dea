import * as z from 'zod';

/** Names that the Lambda runtime sets itself; CreateFunction refuses them. Names with a reserved prefix are not listed. */
const reservedByLambda = [
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
];

const notReserved = new RegExp(`^(?!AWS_LAMBDA_|CODEBUILD_|(?:${reservedByLambda.join('|')})$)`);

/** Name of an environment variable that a service may set itself, in its build as in its function. */
export const variableName = z
  .string()
  .max(128, 'must be at most 128 characters long')
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and "_", not starting with a digit')
  .regex(notReserved, 'must be another name: AWS sets this one itself');

/** Environment variables by name. A value is text, so that `1.10`, `yes` and `0123` stay what the author wrote. */
export const variables = z.record(variableName, z.string());
