import { runEnd } from '#schemas/events/deployment-ends.ts';
import { eventHandler } from '#runtime/event-handler.ts';
import { announceArtifact } from '#usecases/announce-artifact.ts';

export const handler = eventHandler(runEnd, (detail, deps) => announceArtifact(deps, detail.deploymentId));
