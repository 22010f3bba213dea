import type { OptionShape, ProgramShape, Value } from './command-tree.ts';

/** Completion for fish. */
export function fishCompletion({ name, options, verbs }: ProgramShape): string {
  const first = '__fish_use_subcommand';
  const lines = [
    `# Completion of ${name} for fish: ${name} completion fish | source`,
    `complete -c ${name} -f`,
    ...options.map((option) => line(name, first, optionWords(option))),
    ...verbs.map((verb) => line(name, first, ['-a', verb.name, '-d', quoted(verb.description)])),
    ...verbs.flatMap((verb) => {
      const seen = `__fish_seen_subcommand_from ${verb.name}`;
      return [
        ...verb.options.map((option) => line(name, seen, optionWords(option))),
        ...verb.values.filter(({ kind }) => kind !== 'free').map((value) => line(name, seen, offered(value))),
      ];
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function line(name: string, condition: string, words: readonly string[]): string {
  return ['complete', '-c', name, '-n', quoted(condition), ...words].join(' ');
}

function optionWords({ flags, description, value }: OptionShape): readonly string[] {
  return [
    ...flags.flatMap((flag) => (flag.startsWith('--') ? ['-l', flag.slice(2)] : ['-s', flag.slice(1)])),
    ...(value ? ['-r', ...offered(value)] : []),
    '-d',
    quoted(description),
  ];
}

function offered(value: Value): readonly string[] {
  switch (value.kind) {
    case 'words':
      return ['-a', quoted(value.words.join(' '))];
    case 'file':
      return ['-F'];
    case 'free':
      return [];
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
