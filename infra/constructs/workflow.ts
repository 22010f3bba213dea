import { RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CfnStateMachineAlias,
  CfnStateMachineVersion,
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { bindDefinition } from '#state-machines/catalog.ts';
import { allowAll } from '../allow.ts';
import type { Grant } from '../capabilities.ts';
import { machineAlias } from '../names.ts';
import { explainWildcards } from '../wildcards.ts';

/** What a placeholder stands for in this installation. */
export interface BoundValue {
  readonly value: string;
  readonly grants: readonly Grant[];
}

interface WorkflowProps {
  readonly machineName: string;
  /** The bytes of the definition. */
  readonly definition: string;
  readonly bindings: Readonly<Record<string, BoundValue>>;
}

/** A state machine that runs the bytes of a file, behind an alias that always points at its newest version. */
export class Workflow extends Construct {
  constructor(scope: Construct, id: string, { machineName, definition, bindings }: WorkflowProps) {
    super(scope, id);
    const values = Object.fromEntries(Object.entries(bindings).map(([name, { value }]) => [name, value]));
    // CloudFormation fills them in; that none is left over is told here.
    bindDefinition(definition, values);

    const role = new Role(this, 'Role', {
      description: `What executions of ${machineName} may do.`,
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
    });
    for (const { grants } of Object.values(bindings)) allowAll(role, grants);
    // `tracingEnabled` and `logs` bring them.
    explainWildcards(role, {
      resources: ['*'],
      because: 'IAM knows no resource for sending segments to X-Ray, nor for setting up the delivery of a log.',
    });
    const machine = new StateMachine(this, 'Machine', {
      stateMachineName: machineName,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: values,
      role,
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: false,
        destination: new LogGroup(this, 'Logs', {
          // Under this prefix log delivery needs no growing resource policy.
          logGroupName: `/aws/vendedlogs/states/${machineName}`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    const version = new CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: machine.stateMachineArn,
      stateMachineRevisionId: machine.stateMachineRevisionId,
    });
    // Executions that are under way hold on to the version that they began with.
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    new CfnStateMachineAlias(this, 'Alias', {
      name: machineAlias,
      routingConfiguration: [{ stateMachineVersionArn: version.ref, weight: 100 }],
    });
  }
}
