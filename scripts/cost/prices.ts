/** A list price, in US dollars for so many units. */
export interface Price {
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
}

export const priceRegion = 'us-east-1';
/** All of them as of this day, from memory: compare with the pricing page of the service before a budget rests on one. */
export const pricedOn = '2026-11-24';

export const prices = {
  stateTransition: { usd: 0.025, per: 1_000, unit: 'state transition' },
  lambdaRequest: { usd: 0.2, per: 1_000_000, unit: 'request' },
  lambdaGibibyteSecond: { usd: 0.0000133334, per: 1, unit: 'GB-second, arm64' },
  tableWrite: { usd: 0.625, per: 1_000_000, unit: 'write request unit, on demand' },
  tableRead: { usd: 0.125, per: 1_000_000, unit: 'read request unit, on demand' },
  tableStorage: { usd: 0.25, per: 1, unit: 'GB-month' },
  event: { usd: 1, per: 1_000_000, unit: 'event of 64 KB' },
  publish: { usd: 0.5, per: 1_000_000, unit: 'publish' },
  buildMinute: { usd: 0.0034, per: 1, unit: 'minute, arm1.small' },
  mediumBuildMinute: { usd: 0.0068, per: 1, unit: 'minute, arm1.medium' },
  blobWrite: { usd: 0.005, per: 1_000, unit: 'PUT' },
  blobRead: { usd: 0.0004, per: 1_000, unit: 'GET' },
  blobStorage: { usd: 0.023, per: 1, unit: 'GB-month' },
  signature: { usd: 0.15, per: 10_000, unit: 'asymmetric request' },
  keyRequest: { usd: 0.03, per: 10_000, unit: 'request' },
  key: { usd: 1, per: 1, unit: 'key-month' },
  logIngestion: { usd: 0.5, per: 1, unit: 'GB taken in' },
  trace: { usd: 5, per: 1_000_000, unit: 'trace' },
  apiRequest: { usd: 3.5, per: 1_000_000, unit: 'request' },
  firewallRequest: { usd: 0.6, per: 1_000_000, unit: 'request' },
  firewall: { usd: 5, per: 1, unit: 'web ACL-month' },
  firewallRule: { usd: 1, per: 1, unit: 'rule-month' },
  alarmMetric: { usd: 0.1, per: 1, unit: 'metric in an alarm, month' },
  compositeAlarm: { usd: 0.5, per: 1, unit: 'composite alarm-month' },
  customMetric: { usd: 0.3, per: 1, unit: 'metric-month' },
  dashboard: { usd: 3, per: 1, unit: 'dashboard-month' },
  secret: { usd: 0.4, per: 1, unit: 'secret-month' },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof prices;
