/** The stories that the demo can tell; the first one unless another is named. */
export const storyNames = ['orders', 'ecs', 'promote'] as const;
export type StoryName = (typeof storyNames)[number];

export const demoUsage = `Usage: npm run demo [-- ${storyNames.slice(1).join(' | ')}] [--keep]   --keep leaves the service running until Ctrl-C`;

export type DemoChoice =
  | { readonly kind: 'run'; readonly story: StoryName; readonly keep: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly message: string };

export function readDemoArguments(argv: readonly string[]): DemoChoice {
  if (argv.includes('--help') || argv.includes('-h')) return { kind: 'help' };
  const keep = argv.includes('--keep');
  const rest = argv.filter((argument) => argument !== '--keep');
  const stories = rest.filter(isStory);
  const unknown = rest.filter((argument) => !isStory(argument));
  if (unknown.length > 0) {
    return { kind: 'refused', message: `The demo does not know ${unknown.map((each) => `"${each}"`).join(', ')}.` };
  }
  if (stories.length > 1) return { kind: 'refused', message: 'One story at a time.' };
  return { kind: 'run', story: stories[0] ?? 'orders', keep };
}

function isStory(argument: string): argument is StoryName {
  return (storyNames as readonly string[]).includes(argument);
}
