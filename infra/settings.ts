import * as z from 'zod';

/** What an installation decides, from CDK context: `-c name=value` or `cdk.context.json`. */
export interface Settings {
  /** `iss` of the tokens that the API takes. */
  readonly tokenIssuer: string;
  /** `aud` of these tokens. */
  readonly tokenAudience: string;
  /** Where the issuer publishes its keys. */
  readonly tokenJwksUrl: string;
  /** Schemes that a repository may have, comma-separated. */
  readonly repositorySchemes: string;
  /** For targets registered without a URL: `https://{service}.{environment}.example.com`. */
  readonly serviceUrlTemplate?: string;
  /** Accounts, besides its own, that this installation may release into. */
  readonly targetAccounts: readonly string[];
  /** The container that builds run in; it needs Node 20 or newer, git and sh. */
  readonly buildImage: string;
  /** Settings that stand on placeholders: good enough to synthesize, never to deploy. */
  readonly missing: readonly string[];
}

/** `.invalid` never resolves, so a placeholder that slips through trusts nobody. */
const placeholders = {
  tokenIssuer: 'https://issuer.invalid/',
  tokenAudience: 'deployment-service',
  tokenJwksUrl: 'https://issuer.invalid/.well-known/jwks.json',
} as const;

const accountId = z.string().regex(/^\d{12}$/, 'must be 12 digits, or several of them separated by commas');

const context = z.object({
  tokenIssuer: z.url({ protocol: /^https$/, error: 'must be an https URL' }),
  tokenAudience: z.string().min(1),
  tokenJwksUrl: z.url({ protocol: /^https$/, error: 'must be an https URL' }),
  // A fetch has no ssh key and no known hosts yet, so ssh is only for those who give it them.
  repositorySchemes: z
    .string()
    .regex(/^(https|ssh)(,(https|ssh))?$/, 'must be https, ssh or both separated by a comma')
    .default('https'),
  serviceUrlTemplate: z
    .string()
    .regex(/^https?:\/\/\S*\{service\}/, 'must be a URL with {service}, and {environment} where addresses differ by it')
    .optional(),
  targetAccounts: z
    .string()
    .transform((text) => text.split(',').map((account) => account.trim()))
    .pipe(z.array(accountId))
    .default([]),
  // The major version of the functions' own runtime; multi-architecture, with git.
  buildImage: z.string().min(1).default('public.ecr.aws/docker/library/node:24-bookworm'),
});

/**
 * Reads the context, all faults together.
 *
 * @param valueOf a context value by name, `undefined` when it is not given
 */
export function readSettings(valueOf: (name: string) => unknown): Settings {
  const given = Object.fromEntries(Object.keys(context.shape).map((name) => [name, valueOf(name)]));
  const missing = Object.keys(placeholders).filter((name) => given[name] === undefined);
  const standIns = Object.fromEntries(Object.entries(placeholders).filter(([name]) => missing.includes(name)));
  const parsed = context.safeParse({ ...given, ...standIns });
  if (!parsed.success) throw new Error(`The context is not valid:\n${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, missing };
}
