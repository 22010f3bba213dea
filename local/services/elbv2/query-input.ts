/** The tree that a flat query string stands for; lists come as `name.member.1`. */
export type QueryTree = { [name: string]: QueryTree | string };
export type QueryValue = string | readonly QueryValue[] | { readonly [name: string]: QueryValue };

/** The operation that a request of the query protocol names, and its input. */
export function readQuery(body: Uint8Array, query: URLSearchParams): { action: string; input: QueryValue } {
  const parameters = new URLSearchParams(Buffer.from(body).toString('utf8'));
  for (const [name, value] of query) if (!parameters.has(name)) parameters.set(name, value);
  const root: QueryTree = Object.create(null) as QueryTree;
  for (const [name, value] of parameters) {
    if (name !== 'Action' && name !== 'Version') put(root, name.split('.'), value);
  }
  return { action: parameters.get('Action') ?? '(none named)', input: valueOf(root) };
}

function put(tree: QueryTree, [first = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    tree[first] = value;
    return;
  }
  const present = tree[first];
  const branch = typeof present === 'object' ? present : (Object.create(null) as QueryTree);
  tree[first] = branch;
  put(branch, rest, value);
}

function valueOf(tree: QueryTree | string): QueryValue {
  if (typeof tree === 'string') return tree;
  const { member } = tree;
  // An empty list has nothing but its name: `Tags=`; the schemas take the empty text for it.
  if (typeof member === 'object' && Object.keys(tree).length === 1) {
    const inOrder = Object.entries(member).sort(([a], [b]) => Number(a) - Number(b));
    return inOrder.map(([, each]) => valueOf(each));
  }
  return Object.fromEntries(Object.entries(tree).map(([name, each]) => [name, valueOf(each)]));
}
