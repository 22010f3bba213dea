import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { outboxRow } from '#adapters/dynamodb/outbox-row.ts';
import { appendFacts, emptyChain } from '#domain/event/chain.ts';
import { configurationFrom } from '#runtime/configuration.ts';
import { outboxRecords } from '#runtime/outbox-records.ts';
import { depId, moment } from '#test/support/builders.ts';

const fact = { type: 'deployment.queued' as const, data: { commit: 'a'.repeat(40), run: 1 } };
const subject = { aggregate: depId(), service: 'orders', correlationId: 'corr', traceId: '0'.repeat(32) };
const { events } = appendFacts(emptyChain, subject, [fact, fact], moment());

function recordOf(eventName: string, sequence: string, image?: object) {
  const NewImage = image && marshall(image, { removeUndefinedValues: true });
  return { eventName, dynamodb: { SequenceNumber: sequence, ...(NewImage && { NewImage }) } };
}

describe('a batch of the stream', () => {
  test('gives the events of the rows that were put in, and the way back to their records', () => {
    const [first, second] = events;
    if (!first || !second) throw new Error('Two events were made.');
    const batch = outboxRecords.parse({
      Records: [
        recordOf('INSERT', '100', outboxRow(first)),
        recordOf('REMOVE', '101'),
        recordOf('MODIFY', '102', outboxRow(first)),
        recordOf('INSERT', '103', outboxRow(second)),
      ],
    });
    expect(batch.events).toEqual([first, second]);
    expect([first, second].map(batch.sequenceOf)).toEqual(['100', '103']);
  });

  test('of removals alone gives nothing', () => {
    expect(outboxRecords.parse({ Records: [recordOf('REMOVE', '1')] }).events).toEqual([]);
  });

  test.each([{}, { Records: {} }, { Records: [{ eventName: 'INSERT' }] }])('is not %j', (input) => {
    expect(outboxRecords.safeParse(input).success).toBe(false);
  });
});

describe('the configuration', () => {
  const configuration = configurationFrom({ TABLE_NAME: 'table', BLOB_BUCKET: '', EVENT_BUS: undefined });

  test('gives what is set, and takes an empty variable for an absent one', () => {
    expect(configuration.required('TABLE_NAME')).toBe('table');
    expect(configuration.optional('TABLE_NAME')).toBe('table');
    expect(configuration.optional('BLOB_BUCKET')).toBeUndefined();
  });

  test.each(['BLOB_BUCKET', 'EVENT_BUS', 'SEAL_KEY'] as const)('names %s when it is missing', (name) => {
    expect(() => configuration.required(name)).toThrow(name);
  });
});
