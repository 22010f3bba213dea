export const demoUsage = 'Usage: npm run demo [-- --keep]   --keep leaves the service running until Ctrl-C';

export type DemoChoice =
  | { readonly kind: 'run'; readonly keep: boolean }
  | { readonly kind: 'refused'; readonly message: string };

export function readDemoArguments(argv: readonly string[]): DemoChoice {
  const unknown = argv.filter((argument) => argument !== '--keep');
  return unknown.length > 0
    ? { kind: 'refused', message: `The demo does not know ${unknown.map((each) => `"${each}"`).join(', ')}.` }
    : { kind: 'run', keep: argv.includes('--keep') };
}
