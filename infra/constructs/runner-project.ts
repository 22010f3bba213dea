import { readFileSync } from 'node:fs';
import { Validations } from 'aws-cdk-lib';
import { CfnProject } from 'aws-cdk-lib/aws-codebuild';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { mostQueuedMinutes } from '#state-machines/catalog.ts';
import { allowAll } from '../allow.ts';
import type { Grant } from '../capabilities.ts';

interface RunnerProjectProps {
  readonly projectName: string;
  readonly description: string;
  /** Path of the buildspec; the same bytes run on every host. */
  readonly buildspec: string;
  /** The runner kit, its primary source. */
  readonly kit: Asset;
  readonly image: string;
  readonly compute: 'BUILD_GENERAL1_SMALL' | 'BUILD_GENERAL1_MEDIUM';
  /** ARN of the fleet that builds run on; on demand without it. */
  readonly fleet?: string | undefined;
  readonly timeoutMinutes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: LogGroup;
  readonly grants: readonly Grant[];
}

/**
 * A CodeBuild project with a role of its own. Written on the plain resource: the library's project would bring
 * permissions for report groups, log groups and buckets that no build of ours uses.
 */
export class RunnerProject extends Construct {
  constructor(scope: Construct, id: string, props: RunnerProjectProps) {
    super(scope, id);
    const { kit, logGroup } = props;
    const role = new Role(this, 'Role', {
      description: `What a build of ${props.projectName} may do.`,
      assumedBy: new ServicePrincipal('codebuild.amazonaws.com'),
    });
    const own: readonly Grant[] = [
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
      { actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: [kit.bucket.arnForObjects(kit.s3ObjectKey)] },
      // CodeBuild looks at a bucket before it takes a source from it.
      { actions: ['s3:GetBucketAcl', 's3:GetBucketLocation'], resources: [kit.bucket.bucketArn] },
    ];
    allowAll(role, [...own, ...props.grants]);

    const project = new CfnProject(this, 'Project', {
      name: props.projectName,
      description: props.description,
      serviceRole: role.roleArn,
      source: {
        type: 'S3',
        location: `${kit.s3BucketName}/${kit.s3ObjectKey}`,
        buildSpec: readFileSync(props.buildspec, 'utf8'),
      },
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: {
        type: 'ARM_CONTAINER',
        computeType: props.compute,
        image: props.image,
        imagePullCredentialsType: props.image.startsWith('aws/codebuild/') ? 'CODEBUILD' : 'SERVICE_ROLE',
        privilegedMode: false,
        ...(props.fleet !== undefined && { fleet: { fleetArn: props.fleet } }),
        environmentVariables: Object.entries(props.environment).map(([name, value]) => ({ name, value })),
      },
      logsConfig: { cloudWatchLogs: { status: 'ENABLED', groupName: logGroup.logGroupName } },
      timeoutInMinutes: props.timeoutMinutes,
      queuedTimeoutInMinutes: mostQueuedMinutes,
      // Whether a build is worth another try is the workflow's decision.
      autoRetryLimit: 0,
    });
    project.node.addDependency(role);
    Validations.of(project).acknowledge(
      {
        id: 'AwsSolutions-CB4',
        reason: 'CodeBuild keeps no artifact, cache or report of it, so there is nothing that a key would encrypt.',
      },
      {
        id: 'AwsSolutions-CB5',
        reason:
          'Which container builds run in is a setting, and its default is the public image of the runtime that services have.',
      },
    );
  }
}
