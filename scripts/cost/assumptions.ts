/** What no test can count, because it depends on the services that are deployed or on AWS itself. Change them to yours. */
export const assumptions = {
  /** From asking for a runner to its end, as CodeBuild rounds them up. */
  fetchMinutes: 1,
  buildMinutes: 3,
  /** What a build writes. */
  buildLogKilobytes: 50,
  /** What a function writes, with Lambda's own lines about it. */
  functionLogKilobytes: 1,
  /** Of a function's own work, and of one request to AWS from within. */
  ownMilliseconds: 20,
  requestMilliseconds: 8,
  /** Part of the invocations that start cold, and how long that takes. */
  coldPart: 0.05,
  coldMilliseconds: 600,
  /** Functions that wait: for a version to be active, and for the health check to have succeeded. */
  waitingSeconds: 12,
  memoryGibibytes: 0.5,
  /** Asking for it, watching it, a delivery of the provider. */
  apiRequests: 20,
  /** A record with its steps, its events and its log, for as long as it is hot. */
  recordKilobytes: 150,
  artifactKilobytes: 2_048,
  /** Series of metrics that get a value by a deployment, its steps among them; each costs for the hour that the value is in. */
  seriesEach: 22,
  /** Series that get one every minute or two. */
  steadySeries: 6,
  secrets: 6,
} as const;

/** What the template has whether or not anybody deploys; `test/infra/cost.test.ts` compares. */
export const standing = {
  metricsInAlarms: 116,
  compositeAlarms: 10,
  keys: 3,
  firewallRules: 5,
} as const;
