import { detailSchema } from '#schemas/events/catalog.ts';
import { deploymentQueued } from '#schemas/events/deployment-queued.ts';
import { eventHandler } from '#runtime/event-handler.ts';
import { startDeployment } from '#usecases/start-deployment.ts';

export const handler = eventHandler(detailSchema(deploymentQueued), (detail, deps) =>
  startDeployment(deps, detail.deploymentId ?? '', detail.data.run),
);
