import { Stack, type StackProps } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { capabilities, type Variable } from '#functions/capabilities.ts';
import { functionCatalog, nameOf, type FunctionRow } from '#functions/catalog.ts';
import { registryShape } from '#schemas/registry.ts';
import { grantsOf, type GrantTargets } from '../capabilities.ts';
import { reservedFor } from '../concurrency.ts';
import { TableMapping } from '../constructs/table-mapping.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import {
  artifactServiceToken,
  busArn,
  busName,
  deployRolesArns,
  imagePlatform,
  imageRepositories,
  machineAliasArn,
  machineArn,
  machineNames,
  notificationSecretTag,
  notificationServiceToken,
  projectArn,
  projectName,
  projectNames,
  providerTokens,
  repositoriesArn,
  secretArn,
  secretArns,
  secretsArn,
  webhookSecrets,
  xrayEndpoint,
} from '../names.ts';
import type { Settings } from '../settings.ts';
import type { DataStack } from './data.ts';

interface FunctionsStackProps extends StackProps {
  readonly settings: Settings;
  readonly data: DataStack;
  /** Directory of a function's bundle. */
  readonly codeOf: (name: string) => string;
}

/** Every function of the catalog. What triggers one by a rule, a route, a machine or a log lies in the stack of that. */
export class FunctionsStack extends Stack {
  readonly #functions: ReadonlyMap<string, ServiceFunction>;

  constructor(scope: Construct, id: string, { settings, data, codeOf, ...props }: FunctionsStackProps) {
    super(scope, id, props);
    const targets = this.#grantTargets(settings, data);
    const values = this.#values(settings, data);
    this.#functions = new Map(
      functionCatalog.map((row) => {
        const made = new ServiceFunction(this, nameOf(row), {
          row,
          code: codeOf(nameOf(row)),
          environment: {
            ...environmentOf(row, values, settings),
            ...this.#traceVariables(row, settings),
            ...notificationVariables(row, settings),
            ...(row.needs.includes('artifacts:registry') &&
              settings.artifactServiceUrl !== undefined && {
                ARTIFACT_SERVICE_URL: settings.artifactServiceUrl,
                ARTIFACT_SERVICE_TOKEN: artifactServiceToken,
              }),
          },
          grants: row.needs.flatMap((capability) => grantsOf(capability, targets)),
          reservedConcurrency: reservedFor(row, settings.lambdaConcurrency),
        });
        if (row.trigger.kind === 'table-stream') {
          new TableMapping(made, 'Stream', { to: made, table: data.table, rows: row.trigger.rows });
        }
        return [nameOf(row), made];
      }),
    );
  }

  /** A function of the catalog by name. */
  named(name: string): IFunction {
    const found = this.#functions.get(name);
    if (!found) throw new Error(`The catalog has no function "${name}".`);
    return found.function;
  }

  #grantTargets(settings: Settings, data: DataStack): GrantTargets {
    return {
      table: data.table.tableArn,
      bucket: data.bucket.bucketArn,
      evidence: { bucket: data.evidence.bucketArn, key: data.evidence.keyArn },
      imageRepositories: repositoriesArn(this, registryShape.servicePrefix),
      imagesShared: settings.targetAccounts.length > 0,
      signingKey: data.signingKeyArn,
      sealKey: data.sealKeyArn,
      bus: busArn(this),
      traces: {
        toXray: settings.traceEndpoint === 'xray',
        ...(settings.traceHeadersSecret !== undefined && {
          headersSecret: secretArn(this, settings.traceHeadersSecret),
        }),
      },
      deploymentMachine: machineArn(this, 'deployment'),
      rollbackMachine: machineArn(this, 'rollback'),
      pushMachine: machineArn(this, 'push'),
      promotionMachine: machineArn(this, 'promotion'),
      webhookSecrets: secretsArn(this, webhookSecrets),
      providerTokens: secretsArn(this, providerTokens),
      notifications: this.#notificationTargets(settings),
      ...(settings.artifactServiceUrl !== undefined && { artifactToken: secretArn(this, artifactServiceToken) }),
      machines: machineNames.map((name) => machineArn(this, name)),
      projects: projectNames.map((name) => projectArn(this, name)),
      ...(settings.runnerFleet !== undefined && { fleet: settings.runnerFleet }),
      // Services come and go without us; that a role lies under the path, and trusts us, is what its owner decides.
      deployRoles: deployRolesArns(this, settings.targetAccounts),
    };
  }

  #notificationTargets({ emailSender, notificationServiceUrl }: Settings): GrantTargets['notifications'] {
    const tagName = `aws:ResourceTag/${notificationSecretTag.key}`;
    return {
      ...secretArns(this, '*'),
      tag: { [tagName]: notificationSecretTag.value },
      // Verified is the address itself, or the domain that it is of.
      identities: [emailSender, emailSender?.split('@')[1]].map(
        (name) => `arn:${this.partition}:ses:${this.region}:${this.account}:identity/${name}`,
      ),
      ...(emailSender !== undefined && { sender: emailSender }),
      ...(notificationServiceUrl !== undefined && { token: secretArn(this, notificationServiceToken) }),
    };
  }

  /** Where traces go, for the function that tells of them. */
  #traceVariables(row: FunctionRow, { traceEndpoint, traceHeadersSecret }: Settings) {
    if (!row.needs.includes('traces:export') || traceEndpoint === undefined) return {};
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: traceEndpoint === 'xray' ? xrayEndpoint(this) : traceEndpoint,
      ...(traceHeadersSecret !== undefined && { OTEL_EXPORTER_OTLP_HEADERS_SECRET: traceHeadersSecret }),
    };
  }

  #values(settings: Settings, data: DataStack): Readonly<Record<Variable, string>> {
    return {
      TABLE_NAME: data.table.tableName,
      BLOB_BUCKET: data.bucket.bucketName,
      EVIDENCE_BUCKET: data.evidence.bucketName,
      RECORD_MONTHS: String(settings.recordMonths),
      LOG_DAYS: String(settings.logDays),
      IMAGE_REPOSITORIES: imageRepositories(this),
      IMAGE_PLATFORM: imagePlatform,
      SIGNING_KEY: data.signingKeyArn,
      SEAL_KEY: data.sealKeyArn,
      EVENT_BUS: busName,
      DEPLOYMENT_MACHINE: machineAliasArn(this, 'deployment'),
      ROLLBACK_MACHINE: machineAliasArn(this, 'rollback'),
      PUSH_MACHINE: machineAliasArn(this, 'push'),
      PROMOTION_MACHINE: machineAliasArn(this, 'promotion'),
      WEBHOOK_SECRETS: webhookSecrets,
      PROVIDER_TOKENS: providerTokens,
      GITHUB_API_URL: settings.githubApiUrl,
      WEBHOOK_HOSTS: settings.webhookHosts,
      GITLAB_API_URL: settings.gitlabApiUrl,
      RUNNER_LIMIT: String(settings.runnerLimit),
      RUNNER_LIMIT_MOST: String(settings.runnerLimitMost),
      RUNNER_PROJECTS: projectNames.map(projectName).join(','),
      TOKEN_ISSUER: settings.tokenIssuer,
      TOKEN_AUDIENCE: settings.tokenAudience,
      TOKEN_JWKS_URL: settings.tokenJwksUrl,
      BUILD_TOOLCHAIN: settings.buildImage,
      REPOSITORY_SCHEMES: settings.repositorySchemes,
    };
  }
}

/** Who sends, and in whose name, for the functions that tell people. */
function notificationVariables(
  row: FunctionRow,
  { emailSender, notificationServiceUrl, deploymentUrlTemplate }: Settings,
): Readonly<Record<string, string>> {
  if (!row.needs.includes('notifications:send')) return {};
  return {
    ...(deploymentUrlTemplate !== undefined && { DEPLOYMENT_URL_TEMPLATE: deploymentUrlTemplate }),
    ...(emailSender !== undefined && { EMAIL_SENDER: emailSender }),
    ...(notificationServiceUrl !== undefined && {
      NOTIFICATION_SERVICE_URL: notificationServiceUrl,
      NOTIFICATION_SERVICE_TOKEN: notificationServiceToken,
    }),
  };
}

function environmentOf(
  row: FunctionRow,
  values: Readonly<Record<Variable, string>>,
  { serviceUrlTemplate, deploymentUrlTemplate, targetAccounts, runnerFleet }: Settings,
) {
  const names = new Set(row.needs.flatMap((capability): readonly Variable[] => capabilities[capability].variables));
  return {
    ...Object.fromEntries([...names].map((name) => [name, values[name]])),
    // Where a service registers, its targets get their URLs.
    ...(row.needs.includes('repositories') &&
      serviceUrlTemplate !== undefined && { SERVICE_URL_TEMPLATE: serviceUrlTemplate }),
    // Where a deployment is shown at its commit, the link leads to it.
    ...(row.needs.includes('statuses:show') &&
      deploymentUrlTemplate !== undefined && { DEPLOYMENT_URL_TEMPLATE: deploymentUrlTemplate }),
    ...(row.needs.includes('runners:scale') && runnerFleet !== undefined && { RUNNER_FLEET: runnerFleet }),
    // Where a repository is made, other accounts are let at it.
    ...(row.needs.includes('images:place') && targetAccounts.length > 0 && { IMAGE_READERS: targetAccounts.join(',') }),
  };
}
