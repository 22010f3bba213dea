import type { Secrets } from './secrets.ts';

/** Where the wrapper lies in every artifact for Lambda, and so in the folder that Lambda unpacks it to. */
const wrapper = '/var/task/.deployment-service/with-secrets';

/**
 * The variables of a function whose environment has secrets: what to fetch, and the wrapper that fetches it before the
 * runtime starts. No value is among them. Lambda counts them against its 4096 bytes, so a manifest is checked with them.
 */
export function lambdaSecretVariables(secrets: Secrets): Readonly<Record<string, string>> {
  if (Object.keys(secrets).length === 0) return {};
  return { AWS_LAMBDA_EXEC_WRAPPER: wrapper, DEPLOYMENT_SECRETS: JSON.stringify(secrets) };
}
