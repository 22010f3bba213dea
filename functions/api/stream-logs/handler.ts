import { streamLogs as contract } from '#schemas/api/stream-logs.ts';
import { resumeAfter, sseFrames } from '#runtime/log-frames.ts';
import { streamHandler } from '#runtime/stream-handler.ts';
import { followLogs, readLogs } from '#usecases/stream-logs.ts';

export const handler = streamHandler(
  contract,
  ({ params, query, headers }, deps, gone) =>
    sseFrames(followLogs(deps, params.deploymentId, resumeAfter(headers, query.after), gone)),
  async ({ params, query }, deps) => {
    const { chunks, next, complete } = await readLogs(deps, params.deploymentId, query.after, query.limit);
    return { status: 200, body: { chunks: chunks.map(({ n, lines }) => ({ n, lines: [...lines] })), next, complete } };
  },
);
