import { createRequire } from 'node:module';
import { getLanguageService, TextDocument } from 'amazon-states-language-service';

interface Verdict {
  readonly errors: readonly { readonly 'Error code': string; readonly Message: string }[];
}
// The package ships no types.
const validateAsl = createRequire(import.meta.url)('asl-validator') as (definition: unknown) => Verdict;

/**
 * What the two public validators have against a definition; each finds faults that the other misses.
 *
 * @param text the bytes of an `.asl.json` file
 */
export async function validateAslText(text: string): Promise<readonly string[]> {
  // Parsed for this call only: the validator writes into what it is given.
  const { errors } = validateAsl(JSON.parse(text));
  const document = TextDocument.create('file:///machine.asl.json', 'asl', 1, text);
  const service = getLanguageService({});
  const diagnostics = await service.doValidation(document, service.parseJSONDocument(document));
  return [
    ...errors.map((error) => `asl-validator: ${error['Error code']}: ${error.Message}`),
    ...diagnostics.map(({ message, range }) => {
      const said = typeof message === 'string' ? message : message.value;
      return `amazon-states-language-service: line ${range.start.line + 1}: ${said}`;
    }),
  ];
}
