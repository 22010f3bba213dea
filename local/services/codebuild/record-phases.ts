import type { HostClock } from '#local/clock.ts';
import type { BuildPhase, BuildRecord, EndStatus, PhaseContext, PhaseType } from './build-record.ts';

/** Keeps a build's record up to date while it runs; every change is saved. */
export interface PhaseRecorder {
  current(): BuildRecord;
  begin(phaseType: PhaseType): void;
  /** Ends the phase under way. */
  end(status: EndStatus, context?: PhaseContext): void;
  note(change: Partial<Pick<BuildRecord, 'artifacts' | 'exportedEnvironmentVariables'>>): void;
  /** Ends the build. */
  complete(status: EndStatus): void;
}

const NO_CONTEXT: PhaseContext = { statusCode: '', message: '' };

export function recordPhases(
  initial: BuildRecord,
  clock: HostClock,
  save: (build: BuildRecord) => void,
): PhaseRecorder {
  let build = initial;
  const change = (next: Partial<BuildRecord>): void => {
    build = { ...build, ...next };
    save(build);
  };
  const ended = (phase: BuildPhase, phaseStatus: EndStatus, context: PhaseContext): BuildPhase => {
    const endTime = clock.now() / 1000;
    const durationInSeconds = Math.floor(endTime - phase.startTime);
    return { ...phase, phaseStatus, endTime, durationInSeconds, contexts: [context] };
  };

  return {
    current: () => build,
    begin(phaseType) {
      const phase = { phaseType, startTime: clock.now() / 1000 };
      change({ currentPhase: phaseType, phases: [...build.phases, phase] });
    },
    end(status, context = NO_CONTEXT) {
      change({
        phases: build.phases.map((phase) => (phase.endTime === undefined ? ended(phase, status, context) : phase)),
      });
    },
    note: change,
    complete(status) {
      const startTime = clock.now() / 1000;
      change({
        currentPhase: 'COMPLETED',
        phases: [...build.phases, { phaseType: 'COMPLETED', startTime }],
        buildStatus: status,
        buildComplete: true,
        endTime: startTime,
      });
    },
  };
}
