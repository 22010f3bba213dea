export type ManifestFaultCode =
  | 'alias_cycle'
  | 'alias_limit'
  | 'bad_name'
  | 'bad_value'
  | 'control_character'
  | 'duplicate_key'
  | 'empty'
  | 'missing'
  | 'multiple_documents'
  | 'not_utf8'
  | 'syntax'
  | 'too_complex'
  | 'too_deep'
  | 'too_large'
  | 'too_many_faults'
  | 'unknown_key'
  | 'unsupported'
  | 'wrong_type';

/** One thing that is wrong with a manifest, placed where its author can fix it. */
export interface ManifestFault {
  readonly code: ManifestFaultCode;
  /** JSON Pointer (RFC 6901) of the setting; empty for the whole file. */
  readonly pointer: string;
  /** From 1. Of the key for unknown, duplicate and bad names, of the parent for a missing setting, else of the value. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** A sentence: what is wrong, and the way out. */
  readonly message: string;
  /** The value at fault as JSON, cut at 80 characters. Only single values, and never one of a variable. */
  readonly value?: string;
  /** A known word close to the one at fault. */
  readonly suggestion?: string;
}

/** A fault whose place is still an offset into the text. */
export interface FaultAt extends Omit<ManifestFault, 'line' | 'column'> {
  readonly offset: number;
}
