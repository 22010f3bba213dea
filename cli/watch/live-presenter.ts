import type { StatusView } from '#schemas/api/get-status.ts';
import type { CliContext } from '../context.ts';
import { printLines } from '../print.ts';
import { askingLines } from '../render/approval-lines.ts';
import { headLine, outcomeLines } from '../render/deployment-lines.ts';
import { queueLine } from '../render/queue-line.ts';
import { redraw } from '../render/redraw.ts';
import { statusWord } from '../render/status-word.ts';
import { stepLines } from '../render/step-line.ts';
import type { Presenter } from './presenter.ts';

const frameMs = 80;

/** Redraws the steps in place, with a spinner: for a terminal. */
export function livePresenter({ output, now, every }: Pick<CliContext, 'output' | 'now' | 'every'>): Presenter {
  const { out } = output;
  const { paint } = out;
  let head: readonly string[] = [];
  let view: StatusView | undefined;
  let asking: readonly string[] = [];
  let note: string | undefined;
  let height = 0;
  let frame = 0;
  let stop: (() => void) | undefined;

  const draw = (tail: readonly string[]): void => {
    const steps = stepLines(view?.steps ?? [], { paint, nowMs: now(), frame });
    const block = redraw(height, [...head, ...steps, ...tail], out.size());
    height = block.height;
    out.write(block.text);
  };
  const tail = (): readonly string[] => [
    ...(view ? [`  ${statusWord(view.status, paint)}`] : []),
    ...(view?.queue ? [`  ${paint.dim(queueLine(view.queue, now()))}`] : []),
    ...(view?.status === 'awaiting_approval' ? asking : []),
    ...(note === undefined ? [] : [`  ${paint.yellow(note)}`]),
  ];
  const close = (): void => {
    stop?.();
    stop = undefined;
  };

  return {
    begin(deployment) {
      head = [headLine(deployment, paint)];
      stop ??= every(frameMs, () => {
        frame += 1;
        draw(tail());
      });
    },
    show(next) {
      view = next;
      note = undefined;
      draw(tail());
    },
    ask(deployment) {
      asking = askingLines(deployment, paint);
      draw(tail());
    },
    note(text) {
      note = text;
      draw(tail());
    },
    finish(deployment) {
      close();
      draw([]);
      // Below the block, where it may be as long and as wide as it needs.
      printLines(out, outcomeLines(deployment, paint));
    },
    close,
  };
}
