import { Stack, Validations } from 'aws-cdk-lib';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { IConstruct } from 'constructs';
import type { Grant } from './capabilities.ts';

interface Explained {
  readonly resource: string;
  readonly because: string;
}

/** By the construct that holds the policy. */
const reasons = new WeakMap<IConstruct, Explained[]>();

/** Keeps why a grant's resources can be no narrower, for the check of the templates; a wildcard without a reason fails it. */
export function explainWildcards(
  holder: IConstruct,
  { resources, because }: Pick<Grant, 'resources' | 'because'>,
): void {
  if (because === undefined) return;
  const wild = resources.filter((resource) => resource.includes('*'));
  reasons.set(holder, [...(reasons.get(holder) ?? []), ...wild.map((resource) => ({ resource, because }))]);
}

/**
 * Hands the reasons below a construct to the check. Only once the templates are made: what the check calls a finding
 * contains the resource as it stands in the template, and a reference to another stack becomes an import there.
 */
export function acknowledgeWildcards(root: IConstruct): void {
  for (const holder of root.node.findAll()) {
    for (const { resource, because } of reasons.get(holder) ?? []) {
      const written = flattenCfnReference(Stack.of(holder).resolve(resource));
      Validations.of(holder).acknowledge({ id: `AwsSolutions-IAM5[Resource::${written}]`, reason: because });
    }
  }
}
