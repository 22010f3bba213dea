import { literal, noneOf, oneOf, run, type CharacterSet, type SecretPattern } from './pattern.ts';

const alphanumeric = oneOf('A-Za-z0-9');
const word = oneOf('A-Za-z0-9_-');
const blank = oneOf(' \\t');

function token(anchor: string, set: CharacterSet, least: number, notIn?: 'word'): SecretPattern {
  return { anchor, kind: 'token', ...(notIn && { notIn }), parts: [run(set, least, { secret: true, folds: true })] };
}

const tokens: readonly SecretPattern[] = [
  // AWS access key ids.
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((anchor) => token(anchor, oneOf('A-Z0-9'), 16, 'word')),
  // GitHub and GitLab.
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((anchor) => token(anchor, alphanumeric, 36)),
  token('github_pat_', oneOf('A-Za-z0-9_'), 22),
  ...['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'gloas-'].map((anchor) => token(anchor, word, 20, 'word')),
  // Slack.
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xapp-'].map((anchor) =>
    token(anchor, oneOf('A-Za-z0-9-'), 10, 'word'),
  ),
  { anchor: 'hooks.slack.com/services/', kind: 'context', parts: [run(oneOf('A-Za-z0-9/'), 20, { secret: true })] },
  token('npm_', alphanumeric, 36, 'word'),
  // Stripe.
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'].map((anchor) =>
    token(anchor, alphanumeric, 16, 'word'),
  ),
  // Google.
  token('AIza', word, 35, 'word'),
  token('GOCSPX-', word, 20, 'word'),
  token('ya29.', oneOf('A-Za-z0-9._-'), 20, 'word'),
  jsonWebToken(),
];

/** Three parts in base64url, of which the first two are JSON objects and begin accordingly; no signature is shorter than 43. */
function jsonWebToken(): SecretPattern {
  const options = { secret: true, folds: true };
  const header = [run(word, 8, { ...options, most: 2048 }), ...literal('.eyJ', options)];
  const rest = [run(word, 0, options), ...literal('.', options), run(word, 43, options)];
  return { anchor: 'eyJ', kind: 'token', parts: [...header, ...rest], certainAt: header.length - 1 };
}

/** A private key in PEM, of whatever kind, over its lines or escaped in one. */
const privateKeys: readonly SecretPattern[] = ['', 'RSA ', 'EC ', 'DSA ', 'OPENSSH ', 'ENCRYPTED ', 'PGP '].map(
  (kind) => {
    const secret = { secret: true };
    const begin = [
      ...literal(`${kind}PRIVATE KEY`, secret),
      run(oneOf('A-Z '), 0, { ...secret, most: 10 }),
      ...literal('-----', secret),
    ];
    return {
      anchor: '-----BEGIN ',
      kind: 'token',
      parts: [
        ...begin,
        { kind: 'until', text: '-----END', most: 32_768 },
        run(oneOf('A-Z '), 0, { ...secret, most: 40 }),
        run(oneOf('-'), 0, { ...secret, most: 5 }),
      ],
      certainAt: begin.length - 1,
    };
  },
);

/** `Authorization: Bearer …` and its like, and `Bearer …` wherever it stands. */
const headers: readonly SecretPattern[] = [
  ...['bearer', 'basic', 'token', 'digest', 'negotiate'].map((scheme): SecretPattern => {
    const name = scheme.split('').map((letter) => run(oneOf(`${letter}${letter.toUpperCase()}`), 1, { most: 1 }));
    return {
      anchor: 'authorization',
      kind: 'context',
      parts: [
        run(oneOf(`\\\\"'`), 0, { most: 4 }),
        run(blank, 0, { most: 2 }),
        run(oneOf(':='), 1, { most: 1 }),
        run(blank, 0, { most: 2 }),
        run(oneOf(`\\\\"'`), 0, { most: 4 }),
        ...name,
        run(blank, 1, { most: 2 }),
        run(noneOf(`\\s\\\\"'*`), 4, { secret: true }),
      ],
    };
  }),
  { anchor: 'bearer ', kind: 'context', parts: [run(oneOf('A-Za-z0-9._~+/=-'), 16, { secret: true })] },
];

/** `scheme://user:password@host`. */
const addresses: readonly SecretPattern[] = [
  {
    anchor: '://',
    kind: 'context',
    parts: [
      run(noneOf(`\\s/?#@:"'<>*`), 0, { most: 256 }),
      ...literal(':'),
      run(noneOf(`\\s/?#@"'<>*`), 1, { most: 512, secret: true }),
      ...literal('@'),
    ],
  },
];

// What source code would have there (`token = parse(…)`, `<password>`, `$TOKEN`) is no value.
const bareStart = noneOf(`\\s"'\`\\\\$<>{}()\\[\\],;&%*=:|`);
const bare = noneOf(`\\s"'\`\\\\<>{}()\\[\\],;&|`);
const bareValue = (least: number) => [
  run(bareStart, 1, { most: 1, secret: true }),
  run(bare, least - 1, { secret: true }),
];

interface Assignments {
  readonly keys: readonly string[];
  /** Least length of a value without quotes after a colon: there, types and sentences stand as well. */
  readonly leastAfterColon: number;
  /** Whether a value without quotes counts behind ` = `. */
  readonly spaced: boolean;
}

/** `DB_PASSWORD=…`, `"clientSecret": "…"`, `token: '…'`: a key that ends in one of the words, then a value. */
function assignments({ keys, leastAfterColon, spaced }: Assignments): readonly SecretPattern[] {
  const closing = run(oneOf(`"'`), 0, { most: 1 });
  const blanks = run(blank, 0, { most: 4 });
  const separator = [run(oneOf(':='), 1, { most: 2 }), run(oneOf('>'), 0, { most: 1 })];
  const escapes = run(oneOf('\\\\'), 1, { most: 3 });
  const secret = { secret: true };
  const shapes = [
    [closing, blanks, ...separator, blanks, ...literal('"'), run(noneOf('"\\r\\n'), 4, secret)],
    [closing, blanks, ...separator, blanks, ...literal("'"), run(noneOf("'\\r\\n"), 4, secret)],
    // JSON inside of JSON.
    [
      escapes,
      ...literal('"'),
      blanks,
      ...separator,
      blanks,
      escapes,
      ...literal('"'),
      run(noneOf('"\\\\\\r\\n'), 4, secret),
    ],
    [closing, ...(spaced ? [blanks] : []), ...literal('='), ...(spaced ? [blanks] : []), ...bareValue(4)],
    [closing, ...literal(':'), blanks, ...bareValue(leastAfterColon)],
  ];
  return keys.flatMap((anchor) =>
    shapes.map((parts) => ({ anchor, kind: 'context' as const, notIn: 'arn' as const, parts })),
  );
}

const options = ['--password ', '--passwd ', '--token ', '--secret ', '--api-key '].map((anchor): SecretPattern => ({
  anchor,
  kind: 'context',
  parts: [run(oneOf(`"'`), 0, { most: 1 }), ...bareValue(4)],
}));

/** What a credential looks like, or where one stands. A second line of defence: whose value is known is found by its value. */
export const credentialPatterns: readonly SecretPattern[] = [
  ...tokens,
  ...privateKeys,
  ...headers,
  ...addresses,
  ...assignments({ keys: ['password', 'passwd', 'passphrase'], leastAfterColon: 7, spaced: true }),
  ...assignments({
    keys: ['secret', 'token', 'apikey', 'api_key', 'api-key', 'accesskey', 'access_key', 'privatekey', 'private_key'],
    leastAfterColon: 8,
    spaced: false,
  }),
  ...options,
];
