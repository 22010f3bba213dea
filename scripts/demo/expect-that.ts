import { isDeepStrictEqual } from 'node:util';

/** Something that the demo shows is not so. */
export class BrokenExpectation extends Error {
  override readonly name = 'BrokenExpectation';
}

/** @throws BrokenExpectation that says what was expected and what came instead */
export function expectThat(what: string, got: unknown, expected: unknown): void {
  if (isDeepStrictEqual(got, expected)) return;
  throw new BrokenExpectation(
    `This should hold and does not: ${what}\n  expected ${JSON.stringify(expected)}\n  got      ${JSON.stringify(got)}`,
  );
}
