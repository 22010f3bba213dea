import type { BlobStore } from './blob-store.ts';
import type { Clock } from './clock.ts';
import type { DeploymentStore } from './deployment-store.ts';
import type { Digest } from './digest.ts';
import type { EventBus } from './event-bus.ts';
import type { HttpProbe } from './http-probe.ts';
import type { Ids } from './ids.ts';
import type { LogStore } from './log-store.ts';
import type { Outbox } from './outbox.ts';
import type { RunnerPool } from './runner-pool.ts';
import type { Seal } from './seal.ts';
import type { ServiceStore } from './service-store.ts';
import type { Signer } from './signer.ts';
import type { TokenVerifier } from './token-verifier.ts';
import type { TrafficShifter } from './traffic-shifter.ts';
import type { Workflows } from './workflows.ts';

/** Everything a use case can ask for; each takes a `Pick` of it. */
export interface Deps {
  readonly blobs: BlobStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly deployments: DeploymentStore;
  readonly digest: Digest;
  readonly ids: Ids;
  readonly logs: LogStore;
  readonly outbox: Outbox;
  readonly probe: HttpProbe;
  readonly runners: RunnerPool;
  readonly seal: Seal;
  readonly services: ServiceStore;
  readonly settings: Settings;
  readonly shifter: TrafficShifter;
  readonly signer: Signer;
  readonly tokens: TokenVerifier;
  readonly workflows: Workflows;
}

/** What differs between two installations. */
export interface Settings {
  /** The region of this installation and of all it releases into. */
  readonly region: string;
  /** Schemes a repository may have: `https`, `ssh`, and `file` where that is safe. */
  readonly repositorySchemes: readonly string[];
  /** What builds run with; another one makes another artifact. */
  readonly toolchain: string;
  /** For targets registered without one: `http://{service}.{environment}.localhost:8080`. */
  readonly serviceUrlTemplate?: string;
}
