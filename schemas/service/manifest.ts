import * as z from 'zod';
import { serviceName } from '../names.ts';
import { build } from './build.ts';
import { dependencies } from './dependencies.ts';
import { environments } from './environments.ts';
import { gates } from './gates.ts';
import { group } from './group.ts';
import { healthCheck } from './health-check.ts';
import { hooks } from './hooks.ts';
import { infrastructure } from './infrastructure.ts';
import { notifications } from './notifications.ts';
import { preview } from './preview.ts';
import { reports } from './reports.ts';
import { namesAreKnown } from './rules/names-are-known.ts';
import { promotionsLeadOn } from './rules/promotions-lead-on.ts';
import { reportsFitBuild } from './rules/reports-fit-build.ts';
import type { Rule } from './rules/rule.ts';
import { scalingNeedsTasks } from './rules/scaling-needs-tasks.ts';
import { secretsAreOwn } from './rules/secrets-are-own.ts';
import { strategiesCanRun } from './rules/strategies-can-run.ts';
import { variablesFitTarget } from './rules/variables-fit-target.ts';
import { strategy } from './strategy.ts';
import { target } from './target.ts';

/** The only version of the manifest that this program reads. */
export const manifestApiVersion = 'deployment-service/v1';

/**
 * `service.yaml`. Strict at every level: a setting that is not known is a fault, never ignored. Messages read on from
 * the setting's name ("`name` must be …").
 */
export const manifestSchema = z
  .strictObject({
    apiVersion: z
      .literal(manifestApiVersion, { error: `must be ${manifestApiVersion}: no other version is supported` })
      .meta({ description: `Version of this file's format: ${manifestApiVersion}.` }),
    name: serviceName.meta({ description: "The service's name, the first part of its addresses and function names." }),
    description: z
      .string()
      .max(1024, 'must be at most 1024 characters long')
      .optional()
      .meta({ description: 'What the service does, for people.' }),
    owner: group.optional().meta({
      description: 'Group that answers for the service; the one that the service is registered with.',
    }),
    target: target.meta({ description: 'Where the service runs.' }),
    build: build.meta({ description: 'How a commit becomes an artifact.' }),
    reports: reports.prefault([]).meta({ description: 'Reports that stages leave behind.' }),
    environments: environments.meta({ description: 'Where the service is deployed, by name; at least one.' }),
    strategy: strategy.prefault({ type: 'immediate' }).meta({ description: 'How a release takes over the traffic.' }),
    healthCheck: healthCheck
      .prefault({})
      .meta({ description: 'What a fresh release must answer to count as healthy.' }),
    gates: gates.optional().meta({ description: 'Policies that a deployment has to meet.' }),
    hooks: hooks.optional().meta({ description: 'Commands that run around a release.' }),
    infrastructure: infrastructure.optional().meta({ description: 'Terraform that belongs to the service.' }),
    dependencies: dependencies.optional().meta({ description: 'Services that this one needs.' }),
    preview: preview.optional().meta({ description: 'An environment of its own for every pull request.' }),
    notifications: notifications.optional().meta({ description: 'Who is told of what.' }),
  })
  .check(z.superRefine(keepsItsRules, { when: () => true }))
  .meta({ title: 'service.yaml', description: 'Manifest of a service for the deployment service, version 1.' });

/** A manifest with every default filled in. */
export type Manifest = z.output<typeof manifestSchema>;

/** Rules between settings of different sections. */
const rules: readonly Rule[] = [
  reportsFitBuild,
  secretsAreOwn,
  strategiesCanRun,
  scalingNeedsTasks,
  promotionsLeadOn,
  namesAreKnown,
  variablesFitTarget,
];

/** Runs even when other settings are at fault, so that all faults come together. */
function keepsItsRules(value: unknown, context: z.RefinementCtx): void {
  for (const { path, message, allowed } of rules.flatMap((rule) => rule(value))) {
    context.addIssue({ code: 'custom', path: [...path], message, ...(allowed && { params: { allowed } }) });
  }
}
