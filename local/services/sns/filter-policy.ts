import { ServiceFault } from '#local/gateway/wire.ts';
import { compilePattern } from '#local/services/events/event-pattern.ts';
import { invalid } from './sns-input.ts';
import type { MessageAttributes } from './message-attributes.ts';

/**
 * Compiles a filter policy over message attributes. Its operators are those of an event pattern, over a document of one level.
 *
 * @throws ServiceFault `InvalidParameter`
 */
export function compileFilterPolicy(policy: string): (attributes: MessageAttributes) => boolean {
  const matches = compile(policy);
  return (attributes) =>
    matches(Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, meant(attribute)])));
}

function compile(policy: string): (document: unknown) => boolean {
  try {
    return compilePattern(policy);
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    throw invalid(`FilterPolicy: ${error.message}`);
  }
}

/** A value as a policy sees it: a number where it is one, a list where it is one. */
function meant({ type, value }: MessageAttributes[string]): unknown {
  if (type === 'Number') return Number(value);
  if (type !== 'String.Array') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
