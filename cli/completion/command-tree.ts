import type { Argument, Command, Option } from 'commander';

/** What may stand at a place of the command line. */
export type Value =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' }
  /** Only the person knows: an id, a name, a duration. */
  | { readonly kind: 'free'; readonly name: string };

export interface OptionShape {
  /** `-f`, `--follow` */
  readonly flags: readonly string[];
  readonly description: string;
  /** Absent for a switch. */
  readonly value?: Value;
}

export interface VerbShape {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionShape[];
  readonly values: readonly Value[];
}

/** A program as completion needs to know it. */
export interface ProgramShape {
  readonly name: string;
  readonly options: readonly OptionShape[];
  readonly verbs: readonly VerbShape[];
}

/** Reads commander's own tree, so that no verb or option can be forgotten. */
export function shapeOf(program: Command): ProgramShape {
  const help = program.createHelp();
  const optionsOf = (command: Command): readonly OptionShape[] => help.visibleOptions(command).map(optionShape);
  const commands = help.visibleCommands(program);
  const names: Value = { kind: 'words', words: commands.map((command) => command.name()) };
  return {
    name: program.name(),
    options: optionsOf(program),
    verbs: commands.map((command) => ({
      name: command.name(),
      description: help.subcommandDescription(command),
      options: optionsOf(command),
      // Commander's own verb, which takes any other one.
      values: command.name() === 'help' ? [names] : command.registeredArguments.map(argumentValue),
    })),
  };
}

function optionShape(option: Option): OptionShape {
  const { short, long, description, required, optional, argChoices, flags } = option;
  const name = /[<[]([\w-]+)/.exec(flags)?.[1] ?? '';
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    description,
    ...((required || optional) && { value: valueOf(name, argChoices) }),
  };
}

function argumentValue(argument: Argument): Value {
  return valueOf(argument.name(), argument.argChoices);
}

function valueOf(name: string, choices: readonly string[] | undefined): Value {
  if (choices) return { kind: 'words', words: choices };
  return name === 'file' || name === 'path' ? { kind: 'file' } : { kind: 'free', name };
}
