/** Work under way, so that a test can wait until nothing moves by itself any more. */
export function trackActivity() {
  const active = new Set<Promise<void>>();

  const track = (work: Promise<void>): void => {
    const done = work
      .catch((error: unknown) => console.error('local states:', error))
      .finally(() => active.delete(done));
    active.add(done);
  };
  /** Resolves when nothing is under way, not even what came up while waiting. */
  const idle = async (): Promise<void> => {
    while (active.size > 0) await Promise.all(active);
  };
  return { track, idle };
}
