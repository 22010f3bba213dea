import { Stack, type StackProps } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { capabilities, type Variable } from '#functions/capabilities.ts';
import { functionCatalog, nameOf, type FunctionRow } from '#functions/catalog.ts';
import { grantsOf, type GrantTargets } from '../capabilities.ts';
import { OutboxMapping } from '../constructs/outbox-mapping.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { busArn, busName, deployRolePath, machineAliasArn, projectArn, projectName, projectNames } from '../names.ts';
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
          environment: environmentOf(row, values, settings),
          grants: row.needs.flatMap((capability) => grantsOf(capability, targets)),
        });
        if (row.trigger.kind === 'table-stream') {
          new OutboxMapping(made, 'Stream', { to: made, table: data.table, keyPrefix: row.trigger.keyPrefix });
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
    const accounts = [this.account, ...settings.targetAccounts];
    return {
      table: data.table.tableArn,
      bucket: data.bucket.bucketArn,
      signingKey: data.signingKeyArn,
      sealKey: data.sealKeyArn,
      bus: busArn(this),
      deploymentMachine: machineAliasArn(this, 'deployment'),
      projects: projectNames.map((name) => projectArn(this, name)),
      // Services come and go without us; that a role lies under the path, and trusts us, is what its owner decides.
      deployRoles: accounts.map((account) => `arn:${this.partition}:iam::${account}:role${deployRolePath}*`),
    };
  }

  #values(settings: Settings, data: DataStack): Readonly<Record<Variable, string>> {
    return {
      TABLE_NAME: data.table.tableName,
      BLOB_BUCKET: data.bucket.bucketName,
      SIGNING_KEY: data.signingKeyArn,
      SEAL_KEY: data.sealKeyArn,
      EVENT_BUS: busName,
      DEPLOYMENT_MACHINE: machineAliasArn(this, 'deployment'),
      RUNNER_PROJECTS: projectNames.map(projectName).join(','),
      TOKEN_ISSUER: settings.tokenIssuer,
      TOKEN_AUDIENCE: settings.tokenAudience,
      TOKEN_JWKS_URL: settings.tokenJwksUrl,
      BUILD_TOOLCHAIN: settings.buildImage,
      REPOSITORY_SCHEMES: settings.repositorySchemes,
    };
  }
}

function environmentOf(row: FunctionRow, values: Readonly<Record<Variable, string>>, { serviceUrlTemplate }: Settings) {
  const names = new Set(row.needs.flatMap((capability): readonly Variable[] => capabilities[capability].variables));
  return {
    ...Object.fromEntries([...names].map((name) => [name, values[name]])),
    // Where a service registers, its targets get their URLs.
    ...(row.needs.includes('repositories') &&
      serviceUrlTemplate !== undefined && { SERVICE_URL_TEMPLATE: serviceUrlTemplate }),
  };
}
