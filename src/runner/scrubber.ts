import { createRedactor, type Redactor } from '#domain/redaction/redactor.ts';

/** Takes the secrets of a build out of everything that leaves it. */
export interface Scrubber extends Redactor {
  /** For files, whose encoding nobody vouches for. What holds no secret comes out byte for byte. */
  readonly bytes: (content: Uint8Array) => Uint8Array;
}

/** @param secrets values that the build was given; what looks like a credential is taken out as well */
export function createScrubber(secrets: readonly string[] = []): Scrubber {
  const ofBytes = createRedactor({ values: secrets, binary: true });
  return {
    ...createRedactor({ values: secrets }),
    bytes: (content) => Buffer.from(ofBytes.redact(Buffer.from(content).toString('latin1')), 'latin1'),
  };
}
