import type { DeploymentSummary, DeploymentView } from '#schemas/api/deployment-view.ts';
import type { StatusView } from '#schemas/api/get-status.ts';

/** Shows a deployment while it happens. */
export interface Presenter {
  /** What is watched, before anything else. */
  begin(deployment: DeploymentSummary): void;
  show(view: StatusView): void;
  /** It waits for people; the deployment says for whom. */
  ask(deployment: DeploymentView): void;
  /** A word aside, such as a lost connection. */
  note(text: string): void;
  /** It is over. */
  finish(deployment: DeploymentView): void;
  /** Nothing more is shown; safe to call twice. */
  close(): void;
}
