import type { FunctionVersion, NewVersion, TaskVersion } from '#domain/deployment/new-version.ts';
import { Refusal } from '#domain/refusal.ts';
import type { EcsTarget, LambdaTarget, TargetRef } from '#domain/service/service.ts';
import type { Shift, TrafficShifter, TrafficStatus } from '#ports/traffic-shifter.ts';

export interface ShifterOfEachKind {
  readonly lambda: TrafficShifter<LambdaTarget, FunctionVersion>;
  readonly ecs: TrafficShifter<EcsTarget, TaskVersion>;
}

/** Gives each target to the adapter of its kind. */
export class TrafficShifterByKind implements TrafficShifter {
  readonly #of: ShifterOfEachKind;

  constructor(shifters: ShifterOfEachKind) {
    this.#of = shifters;
  }

  async prepare(target: TargetRef, version: NewVersion): Promise<string> {
    if (target.kind === 'lambda' && version.kind === 'lambda') return this.#of.lambda.prepare(target, version);
    if (target.kind === 'ecs' && version.kind === 'ecs') return this.#of.ecs.prepare(target, version);
    throw new Refusal(
      'validation_error',
      `service.yaml has a target of type ${version.kind}, but the environment is registered as ${target.kind}; change one of the two.`,
    );
  }

  async keeps(target: TargetRef, version: string, made: NewVersion): Promise<boolean> {
    if (target.kind === 'lambda' && made.kind === 'lambda') return this.#of.lambda.keeps(target, version, made);
    if (target.kind === 'ecs' && made.kind === 'ecs') return this.#of.ecs.keeps(target, version, made);
    return false;
  }

  async revision(target: TargetRef): Promise<string> {
    return target.kind === 'lambda' ? this.#of.lambda.revision(target) : this.#of.ecs.revision(target);
  }

  async shift(target: TargetRef, shift: Shift, revision: string): Promise<void> {
    return target.kind === 'lambda'
      ? this.#of.lambda.shift(target, shift, revision)
      : this.#of.ecs.shift(target, shift, revision);
  }

  async status(target: TargetRef): Promise<TrafficStatus> {
    return target.kind === 'lambda' ? this.#of.lambda.status(target) : this.#of.ecs.status(target);
  }
}
