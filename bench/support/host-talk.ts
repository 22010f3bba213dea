/** What the parent asks the host's process. */
export interface HostAsk {
  readonly id: number;
  readonly ask: 'calls' | 'usage' | 'close';
}

/** Its answer; number 0 is said once, when the host is up. */
export interface HostReply {
  readonly id: number;
  readonly answer: unknown;
}

export interface HostUsage {
  /** Since the process began. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** How late timers were since the last time. */
  readonly loop: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
}

export interface HostAddresses {
  readonly apiUrl: string;
  readonly awsUrl: string;
  readonly servicesPort: number;
  readonly credentialsFile: string;
}
