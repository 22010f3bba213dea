import '#test/support/quiet-logs.ts';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startHost } from '#local/host.ts';
import type { HostAsk, HostReply } from './host-talk.ts';
import { observeCalls } from './observe-calls.ts';

/** The host as `npm start` boots it, in a process of its own, with an eye at its edge. Told what to do by its parent. */
const [directory = '.local', builds = '4'] = process.argv.slice(2);
const observed = observeCalls();
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const host = await startHost({
  directory,
  ports: { api: 0, aws: 0, services: 0 },
  maxConcurrentBuilds: Number(builds),
  watch: observed.watch,
});

process.on('message', (message) => {
  const { id, ask } = message as HostAsk;
  if (ask === 'calls') return reply({ id, answer: observed.take() });
  if (ask === 'usage') return reply({ id, answer: usage() });
  void host.close().then(() => process.disconnect());
});
const { apiUrl, awsUrl, servicesPort, credentialsFile } = host;
reply({ id: 0, answer: { apiUrl, awsUrl, servicesPort, credentialsFile } });

function usage() {
  const { user, system } = process.cpuUsage();
  const loop = { p50Ms: delay.percentile(50) / 1e6, p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 };
  delay.reset();
  return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss(), loop };
}

function reply(answer: HostReply): void {
  process.send?.(answer);
}
