import type { HostClock } from '../../clock.ts';
import type { CodeStore } from './code-store.ts';
import { startEnvironment, type EnvironmentHost } from './environment.ts';
import { createPool, type Pool } from './pool.ts';
import type { FunctionVersion, Records } from './records.ts';

/** The pools of all versions. */
export interface Pools {
  /** The pool of a version; `$LATEST` has one per revision. */
  of(version: FunctionVersion): Pool;
  /** Lets the pools go that serve what is no longer there: deleted versions and former revisions of `$LATEST`. */
  retireStale(functionName: string): void;
  runsCode(codeSha256: string): boolean;
  close(): Promise<void>;
}

interface PoolsOptions {
  readonly host: EnvironmentHost;
  readonly records: Records;
  readonly code: CodeStore;
  readonly clock: HostClock;
  readonly limit: number;
  readonly idleMs: number;
}

interface Entry {
  readonly version: FunctionVersion;
  readonly pool: Pool;
}

export function createPools(options: PoolsOptions): Pools {
  const { host, records, code } = options;
  const pools = new Map<string, Entry>();
  const leaving = new Set<Entry>();

  const open = (version: FunctionVersion): Entry => {
    const { functionName } = version;
    return {
      version,
      pool: createPool({
        clock: options.clock,
        limit: options.limit,
        idleMs: options.idleMs,
        keepWarm: () =>
          records
            .aliases(functionName)
            .some((alias) => alias.version === version.version || version.version in alias.additionalWeights),
        async prepare() {
          const [taskRoot] = await Promise.all([code.unpacked(version.codeSha256), host.api.listening()]);
          return (events) => startEnvironment(host, version, taskRoot, events);
        },
      }),
    };
  };
  const retire = (key: string, entry: Entry): void => {
    pools.delete(key);
    leaving.add(entry);
    entry.pool.retire();
    void entry.pool.gone.then(async () => {
      leaving.delete(entry);
      await code.release(entry.version.codeSha256);
    });
  };

  return {
    of(version) {
      const key = keyOf(version);
      const entry = pools.get(key) ?? open(version);
      pools.set(key, entry);
      return entry.pool;
    },
    retireStale(functionName) {
      for (const [key, entry] of pools) {
        if (entry.version.functionName !== functionName) continue;
        const present = records.version(functionName, entry.version.version);
        if (!present || keyOf(present) !== key) retire(key, entry);
      }
    },
    runsCode: (codeSha256) => [...pools.values(), ...leaving].some((entry) => entry.version.codeSha256 === codeSha256),
    async close() {
      const entries = [...pools.values(), ...leaving];
      for (const { pool } of entries) pool.close();
      await Promise.all(entries.map(({ pool }) => pool.gone));
    },
  };
}

function keyOf(version: FunctionVersion): string {
  return `${version.functionName}:${version.version}:${version.revisionId}`;
}
