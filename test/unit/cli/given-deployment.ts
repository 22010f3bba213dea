import type { DeploymentSummary, DeploymentView, StepView } from '#schemas/api/deployment-view.ts';
import type { StatusView } from '#schemas/api/get-status.ts';

export const id = 'dep_01M858CBG0V1A1F8QZFSX9SMHA';

export const summary: DeploymentSummary = {
  id,
  service: 'orders',
  environment: 'staging',
  commit: '3f2a1bc4'.repeat(5),
  status: 'queued',
  run: 1,
  createdAt: '2026-01-01T11:58:00.000Z',
  actor: 'ada',
};

export function givenStep(over: Partial<StepView> = {}): StepView {
  return { name: 'test', attempt: 1, run: 1, status: 'running', startedAt: '2026-01-01T11:59:58.800Z', ...over };
}

export function givenStatus(over: Partial<StatusView> = {}): StatusView {
  return { id, status: 'running', terminal: false, updatedAt: '2026-01-01T12:00:00.000Z', steps: [], ...over };
}

export function givenView(over: Partial<DeploymentView> = {}): DeploymentView {
  return { ...summary, correlationId: 'c', traceId: 't', steps: [], ...over };
}
