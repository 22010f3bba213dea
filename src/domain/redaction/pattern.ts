/** Which characters a part of a pattern takes. */
export interface CharacterSet {
  /** By code, for ASCII; 1 for a member. */
  readonly ascii: Uint8Array;
  /** Whether everything beyond ASCII is a member. */
  readonly beyond: boolean;
}

export interface Run {
  readonly kind: 'run';
  readonly set: CharacterSet;
  readonly least: number;
  readonly most: number;
  readonly secret: boolean;
  /** Passes over a line break before it has its least, or when another part has to follow. */
  readonly folds: boolean;
}

/** Everything up to a text that begins with `-----`, line breaks included; always secret. */
export interface Until {
  readonly kind: 'until';
  readonly text: string;
  readonly most: number;
}

/**
 * What a credential looks like: an anchor, then parts. A run takes all it can get and nothing is taken back, so neighbours
 * must not share characters where one has to end and the other to begin; that is what makes matching linear.
 */
export interface SecretPattern {
  readonly anchor: string;
  /** `token`: the anchor belongs to the secret. `context`: it only says that one follows, in any case of letters. */
  readonly kind: 'token' | 'context';
  /** `word`: not inside of a word. `arn`: not behind a colon, where an ARN says what kind of thing it names. */
  readonly notIn?: 'word' | 'arn';
  readonly parts: readonly (Run | Until)[];
  /** Index of the part with whose least the match is certain; the last if absent. What follows is covered as it comes. */
  readonly certainAt?: number;
}

/** Members as in a regular expression's brackets: ranges and single characters. */
export function oneOf(members: string): CharacterSet {
  const member = new RegExp(`[${members}]`);
  return { ascii: asciiWhere((text) => member.test(text)), beyond: false };
}

/** Everything else, beyond ASCII too. */
export function noneOf(members: string): CharacterSet {
  const member = new RegExp(`[${members}]`);
  return { ascii: asciiWhere((text) => !member.test(text)), beyond: true };
}

export function has({ ascii, beyond }: CharacterSet, code: number): boolean {
  return code < 128 ? ascii[code] === 1 : beyond;
}

interface RunOptions {
  readonly most?: number;
  readonly secret?: boolean;
  readonly folds?: boolean;
}

export function run(set: CharacterSet, least: number, options: RunOptions = {}): Run {
  const { most = Infinity, secret = false, folds = false } = options;
  return { kind: 'run', set, least, most, secret, folds };
}

/** One run for each character of a text. */
export function literal(text: string, options: Omit<RunOptions, 'most'> = {}): readonly Run[] {
  return text.split('').map((character) => {
    const set = { ascii: asciiWhere((each) => each === character), beyond: false };
    return run(set, 1, { ...options, most: 1 });
  });
}

function asciiWhere(isMember: (text: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (isMember(String.fromCharCode(code)) ? 1 : 0));
}
