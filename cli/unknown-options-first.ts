import type { Command } from 'commander';

/**
 * Has a command complain of an option it does not know before it complains of one that is missing: a misspelt
 * `--enviroment` is both, and the first says more.
 */
export function unknownOptionsFirst(command: Command): void {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (argv) => {
    const parsed = parse(argv);
    // Commander looks for what is missing first, and gets to what is unknown only when nothing is.
    if (parsed.unknown.length > 0) for (const option of command.options) option.mandatory = false;
    return parsed;
  };
}
