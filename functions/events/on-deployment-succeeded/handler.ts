import { detailSchema } from '#schemas/events/catalog.ts';
import { deploymentSucceeded } from '#schemas/events/deployment-succeeded.ts';
import { eventHandler } from '#runtime/event-handler.ts';
import { startPromotions } from '#usecases/start-promotions.ts';

export const handler = eventHandler(detailSchema(deploymentSucceeded), ({ deploymentId = '' }, deps) =>
  startPromotions(deps, deploymentId),
);
