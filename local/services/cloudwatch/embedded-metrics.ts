import * as z from 'zod';
import type { Metric, Point } from './metric-store.ts';
import { valueSample } from './put-metric-data.ts';

const Directive = z.object({
  Namespace: z.string().min(1).max(1024),
  Dimensions: z.array(z.array(z.string()).max(30)).default([[]]),
  Metrics: z.array(z.object({ Name: z.string().min(1), Unit: z.string().default('None') })).max(100),
});
const Document = z.looseObject({
  _aws: z.object({ Timestamp: z.number(), CloudWatchMetrics: z.array(Directive) }),
});
const Values = z.union([z.number(), z.array(z.number()).max(100)]);

interface Extracted {
  readonly metric: Metric;
  readonly points: readonly Point[];
}

/**
 * The metrics in a log message of the embedded metric format; none in any other message. Like AWS it leaves out what is not
 * as the format wants it: a log line is never refused for its metrics.
 */
export function embeddedMetrics(message: string): readonly Extracted[] {
  // Most lines hold none, and parsing every line would cost more than storing it.
  if (!message.includes('"CloudWatchMetrics"')) return [];
  const parsed = Document.safeParse(objectIn(message));
  if (!parsed.success) return [];
  const { _aws: metadata, ...members } = parsed.data;
  return metadata.CloudWatchMetrics.flatMap((directive) =>
    directive.Dimensions.flatMap((names) =>
      directive.Metrics.flatMap(({ Name, Unit }): Extracted[] => {
        const dimensions = Object.fromEntries(names.map((name) => [name, members[name]]));
        const values = Values.safeParse(members[Name]);
        if (!values.success || !allTexts(dimensions)) return [];
        const points = [values.data].flat().map((value) => ({
          ...valueSample(value),
          atMs: metadata.Timestamp,
          unit: Unit,
        }));
        return [{ metric: { namespace: directive.Namespace, name: Name, dimensions }, points }];
      }),
    ),
  );
}

function objectIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function allTexts(values: Readonly<Record<string, unknown>>): values is Readonly<Record<string, string>> {
  return Object.values(values).every((value) => typeof value === 'string');
}
