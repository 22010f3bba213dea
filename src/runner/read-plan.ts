import * as z from 'zod';
import { type BuildPlan, buildPlan } from '#schemas/workflows/build-plan.ts';
import type { BlobStore } from './blob-store.ts';
import { RunnerFailure } from './runner-failure.ts';

interface PlanRequest {
  readonly key: string;
  readonly deploymentId: string;
}

/** @throws RunnerFailure when there is no plan, it is not valid, or it is another deployment's */
export async function readPlan(blobs: BlobStore, { key, deploymentId }: PlanRequest): Promise<BuildPlan> {
  const bytes = await blobs.get(key);
  if (!bytes) throw new RunnerFailure(`there is no plan at ${key}`);
  const parsed = buildPlan.safeParse(jsonIn(bytes, key));
  if (!parsed.success) throw new RunnerFailure(`the plan at ${key} is not valid:\n${z.prettifyError(parsed.error)}`);
  const plan = parsed.data;
  if (plan.deploymentId !== deploymentId) {
    throw new RunnerFailure(`the plan at ${key} is for ${plan.deploymentId}, the build for ${deploymentId}`);
  }
  return plan;
}

function jsonIn(bytes: Uint8Array, key: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new RunnerFailure(`the plan at ${key} is not JSON`, { cause: error });
  }
}
