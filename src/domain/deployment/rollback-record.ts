/** That a release which had finished was replaced by an earlier one: kept with the deployment that was rolled back. */
export interface RollbackRecord {
  readonly service: string;
  readonly environment: string;
  /** The deployment whose release served until then. */
  readonly deploymentId: string;
  /** The rollback, a deployment of its own. */
  readonly rollbackId: string;
  /** The deployment whose release serves again. */
  readonly restoredId: string;
  readonly fromVersion: string;
  readonly toVersion: string;
  readonly by: string;
  readonly at: string;
  readonly reason?: string;
}
