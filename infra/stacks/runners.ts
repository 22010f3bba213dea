import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnSubscriptionFilter, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { functionCatalog, nameOf, type FunctionRow } from '#functions/catalog.ts';
import { projectCatalog, type ProjectName } from '#state-machines/catalog.ts';
import { registryShape } from '#schemas/registry.ts';
import { objectsComeLater, repositoriesComeLater, taggedSecrets, type Grant } from '../capabilities.ts';
import { RunnerProject } from '../constructs/runner-project.ts';
import {
  buildLogGroupName,
  buildSecretTag,
  projectName,
  repositoriesArn,
  secretArns,
  sourceSecretTag,
} from '../names.ts';
import type { Settings } from '../settings.ts';
import type { DataStack } from './data.ts';
import type { FunctionsStack } from './functions.ts';

interface RunnersStackProps extends StackProps {
  readonly settings: Settings;
  readonly data: DataStack;
  readonly functions: FunctionsStack;
  /** Path of the runner kit's zip. */
  readonly kit: string;
  /** Path of a buildspec, from its name in the catalog. */
  readonly buildspecAt: (name: string) => string;
}

interface Runner {
  readonly description: string;
  readonly compute: 'BUILD_GENERAL1_SMALL' | 'BUILD_GENERAL1_MEDIUM';
  readonly environment: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
}

/** Where builds run, and the one log that they all write. */
export class RunnersStack extends Stack {
  readonly logGroup: LogGroup;

  constructor(
    scope: Construct,
    id: string,
    { settings, data, functions, kit, buildspecAt, ...props }: RunnersStackProps,
  ) {
    super(scope, id, props);
    this.logGroup = new LogGroup(this, 'Builds', {
      logGroupName: buildLogGroupName,
      retention: RetentionDays.ONE_MONTH,
      // The table keeps the same lines for the same time.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#deliverLogs(functions);
    const asset = new Asset(this, 'Kit', { path: kit });
    const runners = this.#runners(settings, data, functions);
    for (const { name, buildspec, timeoutMinutes } of projectCatalog) {
      new RunnerProject(this, name, {
        ...runners[name],
        projectName: projectName(name),
        buildspec: buildspecAt(buildspec),
        kit: asset,
        image: settings.buildImage,
        fleet: settings.runnerFleet,
        timeoutMinutes,
        logGroup: this.logGroup,
      });
    }
  }

  #runners(settings: Settings, data: DataStack, functions: FunctionsStack): Readonly<Record<ProjectName, Runner>> {
    const objects = (prefix: string) => data.bucket.arnForObjects(`${prefix}/*`);
    const BLOB_BUCKET = data.bucket.bucketName;
    const markFunction = functions.named(theOne('runner'));
    const lookAtBucket: Grant = {
      actions: ['s3:GetBucketAcl', 's3:GetBucketLocation'],
      resources: [data.bucket.bucketArn],
    };
    return {
      'fetch-source': {
        description: 'Brings one commit into the blob bucket.',
        compute: 'BUILD_GENERAL1_SMALL',
        environment: { BLOB_BUCKET, GIT_ALLOW_PROTOCOL: settings.repositorySchemes.replaceAll(',', ':') },
        grants: [
          { actions: ['s3:GetObject', 's3:PutObject'], resources: [objects('sources')], because: objectsComeLater },
          // So that a commit which is not there yet is answered with 404, not 403.
          { actions: ['s3:ListBucket'], resources: [data.bucket.bucketArn] },
          ...this.#secrets(sourceSecretTag),
          ...connectionGrants(settings),
        ],
      },
      build: {
        description: 'Installs, compiles, tests and bundles one commit.',
        compute: 'BUILD_GENERAL1_MEDIUM',
        environment: { BLOB_BUCKET, MARK_FUNCTION: markFunction.functionName },
        grants: [
          // Of all plans, since a role is the project's; which key a plan lies under, only its own build is told.
          { actions: ['s3:GetObject'], resources: [objects('plans')], because: objectsComeLater },
          {
            actions: ['s3:GetObject', 's3:GetObjectVersion'],
            resources: [objects('sources')],
            because: objectsComeLater,
          },
          lookAtBucket,
          {
            // The code of a service runs here. It may leave an artifact, but never put another in the place of one; what
            // is at the place that releases read from, the signing function alone has put there.
            actions: ['s3:PutObject'],
            resources: [objects('uploads')],
            conditions: { Null: { 's3:if-none-match': 'false' } },
            because: objectsComeLater,
          },
          { actions: ['s3:PutObject'], resources: [objects('reports')], because: objectsComeLater },
          // Nothing writes there but the function that marks go to: a build of a preview leaves nothing for others.
          { actions: ['s3:GetObject'], resources: [objects('cache')], because: objectsComeLater },
          { actions: ['lambda:InvokeFunction'], resources: [markFunction.functionArn] },
          ...this.#images(),
          ...this.#secrets(buildSecretTag),
        ],
      },
    };
  }

  /**
   * A build lays its files upon a base image and pushes the result into the repository of its service. Tags there are
   * immutable, so it can add an image and never replace one; it makes no repository but a copy of a public base.
   */
  #images(): readonly Grant[] {
    const read = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
    return [
      {
        actions: ['ecr:GetAuthorizationToken'],
        resources: ['*'],
        because:
          'A password is for the whole registry, and IAM knows no resource for it; what it opens, the other actions say.',
      },
      {
        actions: [...read, 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'],
        resources: [repositoriesArn(this, registryShape.servicePrefix)],
        because: repositoriesComeLater,
      },
      {
        // The first pull of a base makes its repository.
        actions: [...read, 'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'],
        resources: [repositoriesArn(this, registryShape.basePrefix)],
        because: 'The first pull of a base image makes its repository; the prefix is kept for copies of them.',
      },
    ];
  }

  /**
   * CodeBuild reads the secrets of a build with the role of its project, which the builds of all services share: a name cannot
   * be told from another's here, and it is the check of `service.yaml` that keeps services apart. What the role can tell is
   * which secrets are meant for builds at all; those that only a running service may have do not carry the tag.
   */
  #secrets(tag: { readonly key: string; readonly value: string }): readonly Grant[] {
    const { secrets, parameters } = secretArns(this, '*');
    const conditions = { StringEquals: { [`aws:ResourceTag/${tag.key}`]: tag.value } };
    return [
      { actions: ['secretsmanager:GetSecretValue'], resources: [secrets], conditions, because: taggedSecrets },
      { actions: ['ssm:GetParameters'], resources: [parameters], conditions, because: taggedSecrets },
    ];
  }

  #deliverLogs(functions: FunctionsStack): void {
    const sink = functions.named(theOne('build-logs'));
    const permission = new CfnPermission(this, 'SinkPermission', {
      action: 'lambda:InvokeFunction',
      functionName: sink.functionArn,
      principal: new ServicePrincipal('logs.amazonaws.com').service,
      sourceArn: this.logGroup.logGroupArn,
      sourceAccount: this.account,
    });
    const subscription = new CfnSubscriptionFilter(this, 'Sink', {
      logGroupName: this.logGroup.logGroupName,
      filterPattern: '',
      destinationArn: sink.functionArn,
    });
    // CloudWatch Logs tries the function when the filter is made.
    subscription.addResourceDependency(permission);
  }
}

/** The connection's own name decides the service that is asked, and with it the action. */
function connectionGrants({ connections }: Settings): readonly Grant[] {
  return ['codeconnections', 'codestar-connections'].flatMap((service) => {
    const resources = connections.filter((arn) => arn.split(':')[2] === service);
    return resources.length === 0 ? [] : [{ actions: [`${service}:UseConnection`], resources }];
  });
}

/** The function with this trigger. Two of them would each get only a part of the work, so that is a mistake. */
function theOne(kind: FunctionRow['trigger']['kind']): string {
  const [row, ...others] = functionCatalog.filter(({ trigger }) => trigger.kind === kind);
  if (!row || others.length > 0)
    throw new Error(`The catalog must have exactly one function with the trigger "${kind}".`);
  return nameOf(row);
}
