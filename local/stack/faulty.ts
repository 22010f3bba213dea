import type { HostClock } from '../clock.ts';
import type { Faults } from '../gateway/faults/faults.ts';
import type { DeliverTo } from './deliver-to.ts';
import { functionNameIn } from './function-name-in.ts';

type Invoke = (arn: string, event: unknown) => Promise<unknown>;

/** The bus, of which an event may reach a target never or twice. */
export function faultyDelivery(faults: Faults | undefined, deliver: DeliverTo): DeliverTo {
  if (!faults) return deliver;
  return async (arn, event) => {
    for (let times = faults.delivery(functionNameIn(arn)); times > 0; times--) await deliver(arn, event);
  };
}

/** What reads a table's stream, of which a record may reach the function never or twice. */
export function faultyStreams(faults: Faults | undefined, invoke: Invoke): Invoke {
  if (!faults) return invoke;
  return async (arn, event) => {
    const records = recordsIn(event);
    if (!records) return invoke(arn, event);
    const times = records.map(() => faults.record(functionNameIn(arn)));
    const again = records.filter((_, index) => times[index] === 2);
    if (again.length > 0) await invoke(arn, { Records: again });
    const first = records.filter((_, index) => times[index] !== 0);
    return first.length > 0 ? invoke(arn, { Records: first }) : {};
  };
}

interface Starts {
  readonly faults: Faults | undefined;
  readonly clock: HostClock;
  readonly lose: (buildId: string) => void;
}

/** What a machine asks of the build service: a build that begins may lose its machine. */
export function faultyStarts<Input>(
  { faults, clock, lose }: Starts,
  call: (operation: string, input: Input) => Promise<Record<string, unknown>>,
): (operation: string, input: Input) => Promise<Record<string, unknown>> {
  if (!faults) return call;
  return async (operation, input) => {
    const answer = await call(operation, input);
    if (operation !== 'StartBuild') return answer;
    const { id } = answer['build'] as { readonly id: string };
    const afterMs = faults.lostBuild();
    if (afterMs !== undefined) clock.after(afterMs, () => lose(id));
    return answer;
  };
}

function recordsIn(event: unknown): readonly unknown[] | undefined {
  const { Records } = event as { readonly Records?: readonly { readonly eventSource?: string }[] };
  return Records?.[0]?.eventSource === 'aws:dynamodb' ? Records : undefined;
}
