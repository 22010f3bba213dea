import { Stack } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allowAll } from '../allow.ts';
import { deployTrust, onlyTagged, type Released, type ReleasedBy } from '../deploy-trust.ts';
import { deployRolePath } from '../names.ts';

interface LambdaDeployRoleProps extends Released {
  /** Also the role's name. */
  readonly functionName: string;
  readonly functionArn: string;
  /** `bucket` is the blob bucket of the installation. */
  readonly releasedBy: ReleasedBy & { readonly bucket: string };
  /** For a function of a stack that is not ours: its owner says by tags that it is meant. */
  readonly tagged?: true;
}

/** What a release does to a Lambda function, and to this one only. */
export function lambdaDeployRole(scope: Construct, props: LambdaDeployRoleProps): Role {
  const { service, functionName, functionArn, releasedBy, tagged } = props;
  const { partition } = Stack.of(scope);
  const role = new Role(scope, 'DeployRole', {
    path: deployRolePath,
    roleName: functionName,
    description: `Lets the deployment service release ${functionName}.`,
    assumedBy: deployTrust(partition, releasedBy, props),
  });
  const conditions = tagged && { StringEquals: onlyTagged(props) };
  allowAll(role, [
    {
      actions: [
        'lambda:UpdateFunctionCode',
        'lambda:UpdateFunctionConfiguration',
        'lambda:PublishVersion',
        'lambda:GetAlias',
        'lambda:UpdateAlias',
      ],
      resources: [functionArn],
      ...(conditions && { conditions }),
    },
    {
      actions: ['lambda:GetFunction', 'lambda:GetFunctionConfiguration'],
      // Also of its versions: a new one is waited for until it is active.
      resources: [functionArn, `${functionArn}:*`],
      because: 'A release makes versions and waits until they are active; they are all of this one function.',
      ...(conditions && { conditions }),
    },
    {
      actions: ['s3:GetObject'],
      resources: [`arn:${partition}:s3:::${releasedBy.bucket}/artifacts/${service}/*`],
      because: 'Artifacts are named when they are signed; these are all of this one service.',
    },
  ]);
  return role;
}
