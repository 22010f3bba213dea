import type { YAMLError } from 'yaml';
import type { FaultAt } from './manifest-fault.ts';

/** A fault of the YAML itself in our own words: the parser's may quote the source, and with it the value of a variable. */
export function syntaxFault(error: YAMLError): FaultAt {
  const code = error.code === 'TAG_RESOLVE_FAILED' ? 'unsupported' : 'syntax';
  return { code, pointer: '', offset: error.pos[0], message: sentences[error.code] ?? 'This is not valid YAML.' };
}

const sentences: Partial<Record<YAMLError['code'], string>> = {
  ALIAS_PROPS: 'An alias cannot have an anchor or a tag of its own.',
  BAD_ALIAS: 'This is not a valid alias or anchor. Put a value that starts with "*" or "&" in quotes.',
  BAD_COLLECTION_TYPE: 'This tag does not fit what follows. Remove the tag.',
  BAD_DQ_ESCAPE: 'This escape is not known in double quotes. Write "\\\\" for a backslash, or use single quotes.',
  BAD_INDENT:
    'The indentation does not fit the lines above. Settings of one level start in the same column; look also for a bracket or quote that is not closed.',
  BAD_PROP_ORDER: 'An anchor or a tag stands in the wrong place. Put it right before its value.',
  BAD_SCALAR_START: 'A value cannot start with this character. Put it in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'A setting stands where a plain value is expected. Put a value that contains ": " in quotes.',
  BLOCK_IN_FLOW:
    'Within [ ] and { } a list or a setting cannot be written with "-" or over several levels of indentation.',
  KEY_OVER_1024_CHARS: 'This key is too long. Put a value that contains ": " in quotes.',
  MISSING_CHAR: 'Something is not closed or not finished: look for a missing ":", a missing comma, quote or bracket.',
  MULTILINE_IMPLICIT_KEY: 'A key must be on one line. Look for a missing ":" or a missing quote.',
  MULTIPLE_ANCHORS: 'A value can have one anchor only.',
  MULTIPLE_TAGS: 'A value can have one tag only.',
  NON_STRING_KEY: 'A key must be plain text.',
  RESOURCE_EXHAUSTION: 'The file is nested too deeply here; no setting is that deep.',
  TAB_AS_INDENT: 'A tab cannot indent. Use spaces.',
  TAG_RESOLVE_FAILED: 'Tags (words that start with "!") are not supported. Remove it, or put the value in quotes.',
  UNEXPECTED_TOKEN: 'This does not belong here. Look for a missing quote or bracket before it, or one too many.',
};
