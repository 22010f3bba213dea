import { withShortErrors } from './short-errors.ts';

/** One way to leave out of a bundle what no function ever reaches. */
export interface LeanRule {
  readonly name: string;
  /** Path of the files it is about. */
  readonly files: RegExp;
  /** Their new content; `undefined` says that the file is not as expected. */
  readonly rewrite: (content: string) => string | undefined;
}

export const leanRules: readonly LeanRule[] = [
  {
    // Only the version is read of it, for the user agent.
    name: 'package descriptions of SDK clients',
    files: /node_modules\/@aws-sdk\/[^/]+\/package\.json$/,
    rewrite: (content) => {
      const { version } = JSON.parse(content) as { readonly version?: string };
      return version === undefined ? undefined : `export default ${JSON.stringify({ version })};`;
    },
  },
  {
    // A client's shapes are constants that nothing but its commands refers to, but the bundler cannot know that.
    name: 'shapes of SDK operations that are not used',
    files: /node_modules\/@aws-sdk\/[^/]+\/dist-es\/.*schemas\/schemas_\d+\.js$/,
    rewrite: (content) => {
      const pure = content.replaceAll(
        /^((?:export )?(?:var|const) [\w$]+ = )(\[[\s\S]*?\]);$/gm,
        '$1/* @__PURE__ */ (() => $2)();',
      );
      return pure === content ? undefined : pure;
    },
  },
  {
    // A client keeps the classes of all errors that its service knows, dozens of the same few lines.
    name: 'repetitions in the error classes of SDK clients',
    files: /node_modules\/@aws-sdk\/[^/]+\/dist-es\/.*models\/errors\.js$/,
    rewrite: withShortErrors,
  },
  {
    // Lambda puts the credentials of a function's role into its environment. There is nowhere else to look.
    name: 'credentials from elsewhere than the environment',
    files: /node_modules\/@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/,
    rewrite: (content) =>
      content.includes('defaultProvider')
        ? "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';"
        : undefined,
  },
  {
    // No function calls an operation that streams events, but a client that has one is set up for it.
    name: 'event streams of SDK clients',
    files: /node_modules\/@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/,
    rewrite: (content) =>
      withoutBodies(content, {
        eventStreamSerdeProvider: '() => undefined',
        resolveEventStreamSerdeConfig: '(config) => config',
      }),
  },
  {
    // Functions read a service.yaml; they write none.
    name: 'writing of YAML',
    files:
      /node_modules\/yaml\/browser\/dist\/stringify\/(stringify(Collection|Document|Pair|String)?|foldFlowLines)\.js$/,
    rewrite: (content) => withoutBodies(content),
  },
  {
    // References are generated from schemas before anything is deployed.
    name: 'JSON Schema of zod',
    files: /node_modules\/zod\/v4\/core\/(to-json-schema|json-schema-processors)\.js$/,
    rewrite: (content) =>
      withoutBodies(content, {
        // Asked for with each schema, and called by whoever wants the document.
        createToJSONSchemaMethod: '() => leftOut',
        createStandardJSONSchemaMethod: '() => leftOut',
      }),
  },
];

/** A module of the same exports, each of which throws when it is called unless it is among those that are given. */
function withoutBodies(content: string, given: Readonly<Record<string, string>> = {}): string | undefined {
  const declared = [...content.matchAll(/^export (?:const|class|(?:async )?function) (\w+)/gm)].map(([, name]) => name);
  const listed = [...content.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list.split(',').map((each) =>
      each
        .trim()
        .split(/\s+as\s+/)
        .at(-1),
    ),
  );
  const names = [...declared, ...listed].filter((name): name is string => Boolean(name));
  if (names.length === 0 || Object.keys(given).some((name) => content.includes(name) && !names.includes(name))) {
    return undefined;
  }
  return [
    "const leftOut = () => { throw new Error('This was left out of the bundle, by scripts/lean-rules.ts.'); };",
    ...names.map((name, index) => `const export${index} = ${given[name] ?? 'leftOut'};`),
    `export { ${names.map((name, index) => `export${index} as ${name}`).join(', ')} };`,
  ].join('\n');
}
