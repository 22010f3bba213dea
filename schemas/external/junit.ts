import * as z from 'zod';

/** Text of an element: a bare string, or under `#text` when the element has attributes or children as well. */
const verdict = z.union([
  z.string().transform((text) => ({ message: undefined, text })),
  z.object({ '@message': z.string().optional(), '#text': z.string().optional() }).transform((element) => ({
    message: element['@message'],
    text: element['#text'] ?? '',
  })),
]);

const testCase = z.object({
  '@name': z.string().default('(a test without a name)'),
  failure: z.array(verdict).default([]),
  error: z.array(verdict).default([]),
  skipped: z.array(z.unknown()).default([]),
});

/** An element without attributes and children arrives as an empty string. */
const elements = <T extends z.ZodType>(element: T) =>
  z.array(z.union([element, z.literal('').transform(() => undefined)]));

const testSuite = z.object({
  '@name': z.string().optional(),
  testcase: elements(testCase).default([]),
  get testsuite() {
    return elements(testSuite).default([]);
  },
});

const withoutSuites = z.literal('').transform(() => ({ testcase: [], testsuite: [] }));

/**
 * A JUnit report as the XML parser hands it over (attributes under `@`, repeatable elements as arrays). Tools differ, so
 * everything that is not needed to name a failing test may be absent or odd.
 */
export const junitDocument = z.union([
  z.object({ testsuites: z.union([testSuite, withoutSuites]) }),
  z.object({ testsuite: elements(testSuite) }),
]);
export type JunitCase = z.infer<typeof testCase>;
export type JunitSuite = z.infer<typeof testSuite>;
