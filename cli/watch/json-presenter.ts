import type { StatusView } from '#schemas/api/get-status.ts';
import { printJsonLine } from '../print.ts';
import { changesBetween } from '../render/step-changes.ts';
import type { Output } from '../terminal/output.ts';
import type { Presenter } from './presenter.ts';

/** JSON Lines: `deployment`, then `step` and `status` as they change, `approval` where one is waited for, then `finished`. */
export function jsonPresenter({ out }: Output): Presenter {
  let before: StatusView | undefined;
  return {
    begin: (deployment) => printJsonLine(out, { event: 'deployment', deployment }),
    show(view) {
      for (const { kind, ...change } of changesBetween(before, view)) printJsonLine(out, { event: kind, ...change });
      before = view;
    },
    ask: ({ approval }) => printJsonLine(out, { event: 'approval', approval }),
    note: (text) => printJsonLine(out, { event: 'note', text }),
    finish: (deployment) => printJsonLine(out, { event: 'finished', deployment }),
    close: () => undefined,
  };
}
