import type { CommitStatus } from '#domain/delivery/commit-status.ts';
import type { Provider } from '#schemas/workflows/push-origin.ts';

/** A repository where a provider hosts it. */
export interface HostedRepository {
  readonly provider: Provider;
  /** `owner/name`; more parts where there are groups within groups. */
  readonly path: string;
}

/** Shows at commits what became of them, where their repository is hosted. */
export interface CommitStatuses {
  /** Where the repository of an address is hosted; `undefined` for any other host. */
  locate(repository: string): HostedRepository | undefined;
  /** Whether there is a token for it. Without one nothing is told, and that is no fault. */
  isOn(provider: Provider): Promise<boolean>;
  /**
   * Shows a status, in the place of the one of the same context.
   *
   * @returns `refused` when the provider does not want it, and would not the next time either
   * @throws Refusal `unavailable` when it cannot be reached, or asks for patience
   */
  show(repository: HostedRepository, commit: string, status: CommitStatus): Promise<'shown' | 'refused'>;
}
