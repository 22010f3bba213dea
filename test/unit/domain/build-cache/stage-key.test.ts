import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InputFile, type StageInputs, stageKeyText } from '#domain/build-cache/stage-key.ts';

const file: fc.Arbitrary<InputFile> = fc.record({
  path: fc.string({ minLength: 1 }),
  kind: fc.constantFrom('file', 'executable', 'link'),
  digest: fc.stringMatching(/^[0-9a-f]{8}$/),
});
const texts = fc.uniqueArray(fc.string(), { maxLength: 4 });
const inputs: fc.Arbitrary<StageInputs> = fc.record({
  toolchain: fc.string(),
  stage: fc.constantFrom('install', 'compile', 'test', 'bundle'),
  commands: fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
  files: fc.uniqueArray(file, { selector: ({ path }) => path, maxLength: 6 }),
  variables: fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }),
  secretNames: texts,
  outputs: texts,
  before: fc.option(fc.stringMatching(/^[0-9a-f]{8}$/), { nil: undefined }),
});

/** Equal in what counts: the order of sets does not. */
const meaning = ({ files, variables, secretNames, outputs, ...rest }: StageInputs) =>
  JSON.stringify([
    rest.toolchain,
    rest.stage,
    rest.commands,
    rest.before ?? null,
    files.map(({ path, kind, digest }) => JSON.stringify([path, kind, digest])).toSorted(),
    Object.entries(variables)
      .map((entry) => JSON.stringify(entry))
      .toSorted(),
    secretNames.toSorted(),
    outputs.toSorted(),
  ]);

describe('the key of a stage', () => {
  test('is the same exactly for the same inputs', () => {
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        expect(stageKeyText(one) === stageKeyText(other)).toBe(meaning(one) === meaning(other));
      }),
      { numRuns: 500 },
    );
  });

  const changes: fc.Arbitrary<(before: StageInputs) => StageInputs> = fc.oneof(
    fc.constant((before: StageInputs) => ({ ...before, toolchain: `${before.toolchain}x` })),
    fc.constant((before: StageInputs) => ({ ...before, commands: [...before.commands, ''] })),
    // The same characters, cut in another place.
    fc.constant((before: StageInputs) => ({ ...before, commands: [`${before.commands.join('')}a`, 'b'] })),
    fc.constant((before: StageInputs) => ({
      ...before,
      files: [...before.files, { path: '\0', kind: 'file', digest: '0' }] as const,
    })),
    fc.constant((before: StageInputs) => ({
      ...before,
      files: [{ path: '\0', kind: 'link', digest: '0' }, ...before.files] as const,
    })),
    fc.constant((before: StageInputs) => ({ ...before, variables: { ...before.variables, NEW_VARIABLE: '' } })),
    fc.constant((before: StageInputs) => ({ ...before, secretNames: [...before.secretNames, 'NEW_SECRET'] })),
    fc.constant((before: StageInputs) => ({ ...before, outputs: [...before.outputs, 'new/output'] })),
    fc.constant((before: StageInputs) => ({ ...before, before: `${before.before ?? ''}0` })),
  );

  test('is another one after any change of any input', () => {
    fc.assert(
      fc.property(inputs, changes, (before, change) => {
        expect(stageKeyText(change(before))).not.toBe(stageKeyText(before));
      }),
      { numRuns: 500 },
    );
  });

  test('sees the content, the mode and the name of every file', () => {
    fc.assert(
      fc.property(inputs, file, (before, extra) => {
        const files = [...before.files.filter(({ path }) => path !== extra.path), extra];
        const key = (last: InputFile): string => stageKeyText({ ...before, files: [...files.slice(0, -1), last] });
        const same = key(extra);
        expect(key({ ...extra, digest: `${extra.digest}0` })).not.toBe(same);
        expect(key({ ...extra, kind: extra.kind === 'file' ? 'executable' : 'file' })).not.toBe(same);
        expect(key({ ...extra, path: `${extra.path}\u{10FFFF}` })).not.toBe(same);
      }),
    );
  });

  test('does not depend on the order in which files, variables and names come', () => {
    fc.assert(
      fc.property(inputs, (before) => {
        const turned: StageInputs = {
          ...before,
          files: before.files.toReversed(),
          variables: Object.fromEntries(Object.entries(before.variables).toReversed()),
          secretNames: before.secretNames.toReversed(),
          outputs: before.outputs.toReversed(),
        };
        expect(stageKeyText(turned)).toBe(stageKeyText(before));
      }),
    );
  });
});
