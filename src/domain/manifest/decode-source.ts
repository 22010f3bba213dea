import type { FaultAt } from './manifest-fault.ts';
import { findUnprintable } from './unprintable.ts';

const LARGEST_SOURCE_BYTES = 256 * 1024;
const MOST_CHARACTER_FAULTS = 20;

interface DecodedSource {
  /** Without byte order mark. Offsets in `faults` refer to it; with faults it may end early. */
  readonly text: string;
  readonly faults: readonly FaultAt[];
}

/** From bytes to text that is safe to parse; size is checked before anything else looks at the source. */
export function decodeSource(source: Uint8Array | string): DecodedSource {
  if (isTooLarge(source)) {
    const message = `The file is larger than ${LARGEST_SOURCE_BYTES / 1024} KB. Move scripts and data to files of their own.`;
    return { text: '', faults: [{ code: 'too_large', pointer: '', offset: 0, message }] };
  }
  if (typeof source !== 'string') {
    const decoded = decode(source);
    if (decoded === undefined) return notUtf8(source);
    return checked(decoded);
  }
  return checked(source.startsWith('\uFEFF') ? source.slice(1) : source);
}

function isTooLarge(source: Uint8Array | string): boolean {
  if (source.length > LARGEST_SOURCE_BYTES) return true;
  return typeof source === 'string' && new TextEncoder().encode(source).length > LARGEST_SOURCE_BYTES;
}

function decode(bytes: Uint8Array, isWhole = true): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isWhole });
  } catch {
    return undefined;
  }
}

/** The longest good beginning tells where the first bad byte is. */
function notUtf8(bytes: Uint8Array): DecodedSource {
  let good = 0;
  for (let bad = bytes.length + 1; bad - good > 1;) {
    const middle = (good + bad) >>> 1;
    if (decode(bytes.subarray(0, middle), false) === undefined) bad = middle;
    else good = middle;
  }
  const text = decode(bytes.subarray(0, good), false) ?? '';
  const message = 'The file is not UTF-8 from here on. Save it as UTF-8.';
  return { text, faults: [{ code: 'not_utf8', pointer: '', offset: text.length, message }] };
}

function checked(text: string): DecodedSource {
  const faults = findUnprintable(text, MOST_CHARACTER_FAULTS).map(({ offset, name }): FaultAt => {
    const message =
      name === 'U+FFFD'
        ? 'Here were bytes that are no UTF-8. Save the file as UTF-8.'
        : `The invisible character ${name} cannot stand in this file. Remove it.`;
    return { code: 'control_character', pointer: '', offset, message };
  });
  return { text, faults };
}
