import type { StatusView } from '#schemas/api/get-status.ts';
import { printLines } from '../print.ts';
import { askingLines } from '../render/approval-lines.ts';
import { headLine, outcomeLines } from '../render/deployment-lines.ts';
import { queueLine } from '../render/queue-line.ts';
import { changesBetween } from '../render/step-changes.ts';
import { stepLine } from '../render/step-line.ts';
import type { Output } from '../terminal/output.ts';
import type { Presenter } from './presenter.ts';

/** Appends a line for every change: for pipes, files and the logs of a CI system. */
export function plainPresenter({ out, err }: Output, now: () => number): Presenter {
  const { paint } = out;
  let before: StatusView | undefined;
  return {
    begin: (deployment) => printLines(out, [headLine(deployment, paint)]),
    show(view) {
      const lines = [
        ...changesBetween(before, view).flatMap((change) =>
          change.kind === 'step' ? [stepLine(change.step, { paint, nowMs: now() })] : waiting(change.status),
        ),
        ...movedUp(before, view, now()),
      ];
      printLines(out, lines);
      before = view;
    },
    ask: (deployment) => printLines(out, askingLines(deployment, paint)),
    note: (text) => printLines(err, [text]),
    finish: (deployment) => printLines(out, outcomeLines(deployment, paint)),
    close: () => undefined,
  };
}

/** Told once for each place in a queue. */
function movedUp(before: StatusView | undefined, { queue }: StatusView, nowMs: number): readonly string[] {
  const same = queue?.for === before?.queue?.for && queue?.place === before?.queue?.place;
  return queue && !same ? [`  … ${queueLine(queue, nowMs)}`] : [];
}

/** Statuses that no step stands for. */
function waiting(status: StatusView['status']): readonly string[] {
  const words: Partial<Record<StatusView['status'], string>> = {
    queued: '  … queued',
    awaiting_approval: '  … waits for an approval',
    awaiting_decision: '  … waits for a decision',
    rolling_back: '  … rolling back',
  };
  const word = words[status];
  return word === undefined ? [] : [word];
}
