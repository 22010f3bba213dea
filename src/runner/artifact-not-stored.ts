import { RunnerFailure } from './runner-failure.ts';

/** The store did not take the artifact: no fault of what was built. */
export class ArtifactNotStored extends RunnerFailure {
  readonly code = 'artifact_upload_failed';
}
