import * as z from 'zod';
import { serviceName } from '../names.ts';
import { build } from './build.ts';
import { environments } from './environments.ts';
import { healthCheck } from './health-check.ts';
import { reports } from './reports.ts';
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
    target: target.meta({ description: 'Where the service runs.' }),
    build: build.meta({ description: 'How a commit becomes an artifact.' }),
    reports: reports.prefault([]).meta({ description: 'Reports that stages leave behind.' }),
    environments: environments.meta({ description: 'Where the service is deployed, by name; at least one.' }),
    strategy: strategy.prefault({ type: 'immediate' }).meta({ description: 'How a release takes over the traffic.' }),
    healthCheck: healthCheck
      .prefault({})
      .meta({ description: 'What a fresh release must answer to count as healthy.' }),
  })
  .check(z.superRefine(reportsHaveTheirStage, { when: () => true }))
  .meta({ title: 'service.yaml', description: 'Manifest of a service for the deployment service, version 1.' });

/** A manifest with every default filled in. */
export type Manifest = z.output<typeof manifestSchema>;

const reportsAndStages = z.object({
  build: z.record(z.string(), z.unknown()),
  reports: z.array(z.unknown()),
});
const reportStage = z.object({ stage: reports.element.shape.stage });

/** Runs even when other settings are at fault, so that all faults come together: hence it trusts no shape. */
function reportsHaveTheirStage(value: unknown, context: z.RefinementCtx): void {
  const parts = reportsAndStages.safeParse(value);
  if (!parts.success) return;
  for (const [index, report] of parts.data.reports.entries()) {
    const stage = reportStage.safeParse(report).data?.stage;
    if (!stage || parts.data.build[stage] !== undefined) continue;
    context.addIssue({ code: 'custom', path: ['reports', index, 'stage'], message: 'must be a stage that build has' });
  }
}
