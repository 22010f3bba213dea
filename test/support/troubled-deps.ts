import type { Deps } from '#runtime/deps.ts';

/** Something that goes wrong once when a port is used. */
export type Trouble = {
  /** For instance `shifter.shift`. */
  readonly at: `${keyof Deps}.${string}`;
} & (
  | {
      readonly error: Error;
      /** True: what was asked for is done, and only its answer is lost. */
      readonly done?: boolean;
    }
  /** What was asked for is done, but not before this. */
  | { readonly late: Promise<unknown> }
);

/** The same dependencies, except that each trouble comes up once, in the order of the list. */
export function troubledDeps(deps: Deps, troubles: Trouble[]): Deps {
  return new Proxy(deps, {
    get(target, name: string) {
      const port: unknown = Reflect.get(target, name);
      return typeof port === 'object' && port !== null ? troubled(port, name, troubles) : port;
    },
  });
}

function troubled(port: object, name: string, troubles: Trouble[]): object {
  return new Proxy(port, {
    get(target, method: string) {
      const member: unknown = Reflect.get(target, method);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        // With the port itself as `this`: its private members are not on a proxy.
        const work = (): unknown => Reflect.apply(member, target, args);
        const index = troubles.findIndex(({ at }) => at === `${name}.${method}`);
        const [trouble] = index < 0 ? [] : troubles.splice(index, 1);
        return trouble ? inTrouble(work, trouble) : work();
      };
    },
  });
}

async function inTrouble(work: () => unknown, trouble: Trouble): Promise<unknown> {
  if ('late' in trouble) {
    await trouble.late;
    return work();
  }
  if (trouble.done) await work();
  throw trouble.error;
}

/** An error as the SDK throws it when a service asks for patience. */
export function throttled(): Error {
  return Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', $retryable: { throttling: true } });
}
