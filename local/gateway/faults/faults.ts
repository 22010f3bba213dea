import type { HostClock } from '../../clock.ts';
import {
  outsideInvocation,
  runningInvocation,
  type RunningInvocation,
} from '../../services/lambda/running-invocation.ts';
import type { StoppableGateway } from '../gateway.ts';
import type { WireRequest, WireResponse } from '../wire.ts';
import { actionOf } from './action-of.ts';
import { connectionReset } from './connection-reset.ts';
import { countBy } from './count-by.ts';
import type { FaultPlan, HandoverFault, RequestFault, Stop } from './fault-plan.ts';
import { serviceError } from './service-errors.ts';

/** A gateway that can say a fault in the words of the service that a request is for. */
type Faultable = Pick<StoppableGateway, 'handle' | 'serviceOf' | 'refuse'>;

export interface Faults {
  /** The same gateway, with what goes wrong in front of it. */
  inFront(gateway: Faultable): { handle(request: WireRequest): Promise<WireResponse> };
  /** How often something is handed over: never, once or twice. */
  record(receiver: string): 0 | 1 | 2;
  delivery(target: string): 0 | 1 | 2;
  /** After so many milliseconds the machine of the build that just began is gone. */
  lostBuild(): number | undefined;
  /** From here on things go wrong, by this plan from its start; before that nothing does. */
  begin(plan: FaultPlan): void;
  /** Nothing goes wrong any more; what was begun by then takes its course. */
  end(): void;
  /** What went wrong since it began, oldest first. */
  told(): readonly string[];
}

interface Parts {
  readonly clock: HostClock;
  /** Told of each fault. */
  readonly tell?: (fault: string) => void;
}

/** Makes a plan happen: it counts what passes, asks the plan, and does what the plan says. */
export function injectFaults({ clock, tell }: Parts): Faults {
  let told: string[] = [];
  let plan: FaultPlan | undefined;
  let counts = openCounts();
  const say = (fault: string): void => {
    told.push(fault);
    tell?.(fault);
  };
  const invocations = new WeakMap<
    RunningInvocation,
    { calls: number; readonly stop: Stop | undefined; over: boolean }
  >();

  const known = (invocation: RunningInvocation) => {
    const state = invocations.get(invocation) ?? {
      calls: 0,
      stop: plan?.stop(invocation.functionName, counts.invocations(invocation.functionName)),
      over: false,
    };
    invocations.set(invocation, state);
    return state;
  };
  const times = (fault: HandoverFault | undefined, what: string): 0 | 1 | 2 => {
    if (!fault) return 1;
    say(`${what} ${fault}`);
    return fault === 'lost' ? 0 : 2;
  };
  const suffer = async (
    fault: RequestFault,
    request: WireRequest,
    gateway: Faultable,
    work: () => Promise<WireResponse>,
  ): Promise<WireResponse> => {
    const service = gateway.serviceOf(request);
    switch (fault.kind) {
      case 'throttled':
        return gateway.refuse(request, serviceError(service, 'throttled'));
      case 'failed':
        if (fault.effect === 'done') await work();
        return gateway.refuse(request, serviceError(service, 'failed'));
      case 'reset':
        if (fault.effect === 'done') await work();
        throw connectionReset();
      case 'slow':
        await new Promise<void>((resolve) => clock.after(fault.milliseconds, resolve));
        return work();
    }
  };

  return {
    told: () => told,
    begin(next) {
      plan = next;
      counts = openCounts();
      told = [];
    },
    end: () => void (plan = undefined),
    inFront: (gateway) => ({
      async handle(request) {
        const invocation = runningInvocation();
        const work = (): Promise<WireResponse> => outsideInvocation(() => gateway.handle(request));
        const service = gateway.serviceOf(request);
        const action = actionOf(request);
        if (invocation) {
          const state = known(invocation);
          if (state.over) return neverAnswered();
          state.calls += 1;
          if (plan && state.stop?.atCall === state.calls) {
            state.over = true;
            say(`${invocation.functionName} stops at ${service} ${action}, effect ${state.stop.effect}`);
            if (state.stop.effect === 'done') await work();
            invocation.exit();
            return neverAnswered();
          }
        }
        if (!plan) return work();
        const ofAction = counts.requests(`${service} ${action}`);
        const ofService = counts.requests(service);
        const fault = plan.request({ service, action, ofAction, ofService });
        if (!fault) return work();
        say(`${service} ${action} ${JSON.stringify(fault)}${invocation ? ` for ${invocation.functionName}` : ''}`);
        return suffer(fault, request, gateway, work);
      },
    }),
    record: (receiver) => times(plan?.record(receiver, counts.records(receiver)), `a record for ${receiver}`),
    delivery: (target) => times(plan?.delivery(target, counts.deliveries(target)), `an event for ${target}`),
    lostBuild() {
      const afterMs = plan?.lostBuild(counts.builds(''));
      if (afterMs !== undefined) say(`a build is lost after ${afterMs} ms`);
      return afterMs;
    },
  };
}

function openCounts() {
  return {
    invocations: countBy(),
    requests: countBy(),
    records: countBy(),
    deliveries: countBy(),
    builds: countBy(),
  };
}

/** The caller is gone; there is nobody to answer. */
function neverAnswered(): Promise<never> {
  return new Promise(() => undefined);
}
