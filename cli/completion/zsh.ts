import type { OptionShape, ProgramShape, Value } from './command-tree.ts';

/** Completion for zsh: to be sourced, or to lie as `_dsctl` in a folder of `$fpath`. */
export function zshCompletion({ name, options, verbs }: ProgramShape): string {
  const described = verbs.map((verb) => `    ${quoted(`${verb.name}:${verb.description}`)}`);
  const branches = verbs.map((verb) => {
    const specs = [...verb.options.map(optionSpec), ...verb.values.map((value) => quoted(`:${action(value)}`))];
    return `        ${verb.name})\n          _arguments ${specs.join(' \\\n            ')} ;;`;
  });
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh)
_${name}() {
  local context state state_descr line
  local -A opt_args
  local -a verbs
  verbs=(
${described.join('\n')}
  )
  _arguments -C ${[...options.map(optionSpec), "'1: :->verb'", "'*:: :->rest'"].join(' \\\n    ')} && return
  case $state in
    verb) _describe -t commands command verbs ;;
    rest)
      case $words[1] in
${branches.join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = "_${name}" ]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function optionSpec({ flags, description, value }: OptionShape): string {
  const about = `[${description.replaceAll(/[[\]\\:]/g, String.raw`\$&`)}]${value ? `:${action(value)}` : ''}`;
  if (flags.length === 1) return quoted(`${flags[0]}${about}`);
  // One of them is enough.
  return `'(${flags.join(' ')})'{${flags.join(',')}}${quoted(about)}`;
}

function action(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `word:(${value.words.join(' ')})`;
    case 'file':
      return 'file:_files';
    case 'free':
      return `${value.name}: `;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
