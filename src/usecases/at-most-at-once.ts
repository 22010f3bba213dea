/**
 * Does the same with many things, so many at once, and takes the next as soon as one is done with. One that fails keeps no
 * other from its turn.
 *
 * @returns what went wrong
 */
export async function atMostAtOnce<T>(
  most: number,
  things: AsyncIterable<T> | Iterable<T>,
  work: (thing: T) => Promise<void>,
): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  const underWay = new Set<Promise<void>>();
  for await (const thing of things) {
    const done = work(thing)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(done));
    underWay.add(done);
    if (underWay.size >= most) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return failures;
}
