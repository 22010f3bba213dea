import { isSecretName } from './secret-name.ts';
import { mask } from './redaction-stream.ts';
import { scrub } from './scrub.ts';

/** Data of any shape with each text in it scrubbed. */
export function scrubData<T>(data: T): T {
  return scrubbed(data) as T;
}

/** One member of an object that is on its way into a log: by its name where that says enough, otherwise by its text. */
export function scrubMember(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return isSecretName(name) ? mask : scrub(value);
}

function scrubbed(data: unknown): unknown {
  if (typeof data === 'string') return scrub(data);
  if (Array.isArray(data)) return data.map(scrubbed);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, scrubbed(value)]));
}
