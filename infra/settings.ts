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
  /** Where traces of deployments go: `xray`, or the base address of an OTLP receiver; nowhere without it. */
  readonly traceEndpoint?: string;
  /** Name of a secret under `deployment-service/` with further headers for the receiver, `name=value,…`. */
  readonly traceHeadersSecret?: string;
  /** Base address of GitHub's API; that of an enterprise server ends with `/api/v3`. */
  readonly githubApiUrl: string;
  /** Base address of GitLab's API. */
  readonly gitlabApiUrl: string;
  /** Where people look at a deployment, with `{deploymentId}`; statuses of commits link to it. */
  readonly deploymentUrlTemplate?: string;
  /** Base address of an external artifact service that is asked and told beside the installation's own records. */
  readonly artifactServiceUrl?: string;
  /** ARNs of connections of AWS CodeConnections that repositories may be fetched through. */
  readonly connections: readonly string[];
  /** Hosts that webhooks of services may be at, comma-separated; `*.example.com` for all below one. */
  readonly webhookHosts: string;
  /** Who e-mail comes from, an identity that SES has verified; without it no mail is sent. */
  readonly emailSender?: string;
  /** Base address of a service that sends notifications in the place of this one. */
  readonly notificationServiceUrl?: string;
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
  // By ssh the host keys of GitHub and GitLab are known, those of others by the secret of the service.
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
  traceEndpoint: z
    .union([z.literal('xray'), z.url({ protocol: /^https$/ })], {
      error: 'must be xray or the https URL of an OTLP receiver',
    })
    .optional(),
  traceHeadersSecret: z
    .string()
    .regex(/^deployment-service\/[\w/+=.@-]+$/, 'must be the name of a secret that begins with deployment-service/')
    .optional(),
  githubApiUrl: z.url({ protocol: /^https$/, error: 'must be an https URL' }).default('https://api.github.com'),
  gitlabApiUrl: z.url({ protocol: /^https$/, error: 'must be an https URL' }).default('https://gitlab.com/api/v4'),
  deploymentUrlTemplate: z
    .string()
    .regex(/^https:\/\/\S*\{deploymentId\}/, 'must be an https URL with {deploymentId}')
    .optional(),
  artifactServiceUrl: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
  connections: z
    .string()
    .transform((text) => text.split(',').map((arn) => arn.trim()))
    .pipe(
      z.array(
        z
          .string()
          .regex(
            /^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection\/[0-9a-f-]{36}$/,
            'must be ARNs of connections of AWS CodeConnections, separated by commas',
          ),
      ),
    )
    .default([]),
  webhookHosts: z
    .string()
    .regex(
      /^(?:\*\.)?[a-z0-9.-]+(?::\d+)?(?:,(?:\*\.)?[a-z0-9.-]+(?::\d+)?)*$/,
      'must be names of hosts, such as hooks.slack.com or *.example.com, separated by commas',
    )
    .default('hooks.slack.com'),
  emailSender: z.email({ error: 'must be an e-mail address' }).optional(),
  notificationServiceUrl: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
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
