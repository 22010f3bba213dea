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
  /** Requests a second that the API takes in the long run; for a moment it takes twice as many. */
  readonly requestsPerSecond: number;
  /** Requests of one address within five minutes; more are refused by the firewall. */
  readonly requestsPerAddress: number;
  /** Whether the firewall refuses, or only counts. */
  readonly firewallMode: 'block' | 'count';
  /** How many functions the account may run at once; shares of it are reserved. */
  readonly lambdaConcurrency: number;
  /** Records of deployments stay in the table so many months after the deployment was over; then they are archived. */
  readonly recordMonths: number;
  /** Logs stay in the table so many days after their last line; then they are archived. */
  readonly logDays: number;
  /** What is archived is locked for so many years, and goes to deep storage then. */
  readonly evidenceYears: number;
  /** ARNs of principals that may take on the role of the auditors; without any there is no such role. */
  readonly auditors: readonly string[];
  /** The container that builds run in; it needs Node 20 or newer, git and sh. */
  readonly buildImage: string;
  /** Where `docs/runbook.md` is read; alarms link to its sections. */
  readonly runbookUrl?: string;
  /** Who is woken by alarms that cannot wait: an https URL that takes SNS messages, or an e-mail address. */
  readonly pages?: string;
  /** Who is told of alarms that can: the same. */
  readonly tickets?: string;
  /** How many deployments may have a build runner at once; the account's quota of concurrent builds, or the fleet's size. */
  readonly runnerLimit: number;
  /** How far the pool may grow by itself when waits are too long. */
  readonly runnerLimitMost: number;
  /** ARN of a fleet of CodeBuild that builds run on, instead of on demand. */
  readonly runnerFleet?: string;
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

/** The command line gives text, `cdk.json` may give a number. */
function wholeNumber(from: number, to: number) {
  const message = `must be a whole number from ${from} to ${to}`;
  return z.coerce.number({ error: message }).int(message).min(from, message).max(to, message);
}

const receiver = z.union([z.url({ protocol: /^https$/ }), z.email()], {
  error: 'must be an https URL or an e-mail address',
});

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
  requestsPerSecond: wholeNumber(1, 10_000).default(100),
  // An office behind one address: fifty who watch a deployment each, and eight requests a second besides.
  requestsPerAddress: wholeNumber(10, 2_000_000_000).default(10_000),
  firewallMode: z.enum(['block', 'count'], { error: 'must be block or count' }).default('block'),
  lambdaConcurrency: wholeNumber(10, 1_000_000).default(1000),
  runbookUrl: z
    .url({ protocol: /^https$/, error: 'must be an https URL' })
    .refine((url) => !url.includes('#'), 'must have no #: the section is put behind it')
    .optional(),
  pages: receiver.optional(),
  tickets: receiver.optional(),
  runnerLimit: z.coerce.number().int().min(1).max(10_000).default(20),
  runnerLimitMost: z.coerce.number().int().min(1).max(10_000).default(60),
  runnerFleet: z
    .string()
    .regex(/^arn:aws[a-z-]*:codebuild:[a-z0-9-]+:\d{12}:fleet\/[\w:-]+$/, 'must be the ARN of a fleet of CodeBuild')
    .optional(),
  recordMonths: wholeNumber(1, 120).default(12),
  logDays: wholeNumber(1, 365).default(30),
  evidenceYears: wholeNumber(1, 100).default(7),
  auditors: z
    .string()
    .transform((text) => text.split(',').map((arn) => arn.trim()))
    .pipe(
      z.array(
        z
          .string()
          .regex(
            /^arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)\/[\w+=,.@/-]+)$/,
            'must be ARNs of roles, users or accounts, separated by commas',
          ),
      ),
    )
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
