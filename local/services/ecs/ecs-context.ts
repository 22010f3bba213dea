import type { HostClock } from '#local/clock.ts';
import type { LoadBalancing } from '../elbv2/create-elbv2.ts';
import type { EcsRecords } from './records.ts';
import type { Scheduler } from './scheduler.ts';

export interface EcsContext {
  readonly clock: HostClock;
  readonly records: EcsRecords;
  readonly balancing: Pick<LoadBalancing, 'stateOf'>;
  readonly scheduler: Scheduler;
}
