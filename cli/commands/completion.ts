import { Argument, type Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { shapeOf, type ProgramShape } from '../completion/command-tree.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const satisfies Record<
  string,
  (program: ProgramShape) => string
>;

/** Needs no service, so it runs from the start-up file of a shell whatever is set there. */
export function addCompletion(program: Command): void {
  const completion = program
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(shells)))
    .addHelpText('after', '\nFor bash, in ~/.bashrc: source <(dsctl completion bash)')
    .action((shell: keyof typeof shells) => {
      completion.configureOutput().writeOut?.(shells[shell](shapeOf(program)));
    });
}
