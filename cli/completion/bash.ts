import type { OptionShape, ProgramShape, Value } from './command-tree.ts';

/** Completion for bash, from version 3.2 on. */
export function bashCompletion({ name, options, verbs }: ProgramShape): string {
  const takesValue = options.filter(({ value }) => value).flatMap(({ flags }) => flags);
  const all = [{ name: '', options, values: [wordsOf(verbs.map((verb) => verb.name))] }, ...verbs];
  const afterOption = all.flatMap((verb) => afterFlags(verb.name, verb.options));
  const flags = all.map((verb) => branch(verb.name, wordsOf(verb.options.flatMap((option) => option.flags))));
  const values = all.flatMap((verb) => verb.values.slice(0, 1).map((value) => branch(verb.name, value)));
  return `# Completion of ${name} for bash: source <(${name} completion bash)
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} verb= words= files= index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      ${[...takesValue, "''"].join('|')}) ((index += 1)) ;;
      -*) ;;
      *) verb=\${COMP_WORDS[index]}; break ;;
    esac
  done
  case "$verb $previous" in
${afterOption.join('\n')}
    *)
      case $current in
        -*)
          case $verb in
${flags.join('\n')}
          esac ;;
        *)
          case $verb in
${values.join('\n')}
          esac ;;
      esac ;;
  esac
  if [ -n "$files" ]; then
    compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -F _${name} ${name}
`;
}

/** A branch for each thing to offer behind an option of a verb; what only the person knows is one as well. */
function afterFlags(verb: string, options: readonly OptionShape[]): readonly string[] {
  const placed = options.flatMap(({ flags, value }) =>
    value ? flags.map((flag) => ({ place: `'${verb} ${flag}'`, offered: offer(value) })) : [],
  );
  return [...Map.groupBy(placed, ({ offered }) => offered)].map(
    ([offered, places]) => `    ${places.map(({ place }) => place).join('|')}) ${offered} ;;`,
  );
}

function branch(verb: string, value: Value): string {
  return `            ${verb === '' ? "''" : verb}) ${offer(value)} ;;`;
}

function offer(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `words='${value.words.join(' ')}'`;
    case 'file':
      return 'files=yes';
    case 'free':
      return ':';
  }
}

function wordsOf(words: readonly string[]): Value {
  return { kind: 'words', words };
}
