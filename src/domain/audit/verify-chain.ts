import type { EventDetail, Fact } from '#schemas/events/catalog.ts';
import { canonicalJson } from '../canonical-json.ts';
import { emptyChain, type ChainHead } from '../event/chain.ts';

/** A link of a chain as it is kept, in the order in which it is kept. */
export interface ChainLink {
  readonly type: Fact['type'];
  readonly detail: EventDetail;
}

/** One thing wrong with a chain, at its place. */
export interface ChainFault {
  /** Number of the link that breaks the chain. */
  readonly seq: number;
  readonly reason: string;
}

export interface ChainVerdict {
  readonly status: 'intact' | 'broken';
  /** In the order of their places; none when the chain is intact. */
  readonly faults: readonly ChainFault[];
  /** Where the links that were looked at end: the next page continues here. */
  readonly end: ChainHead;
}

interface Expected {
  readonly aggregate: string;
  /** What came before these links; the very beginning if absent. */
  readonly from?: ChainHead;
  /** What the record of the aggregate says of its last link. Absent while there are more links to come. */
  readonly head?: ChainHead;
}

/**
 * Looks at every link of a chain: that none is missing, added or in another's place, that each is what its successor (or
 * the record, for the last one) says it was, and that it is of this aggregate. All faults together, so that one changed
 * link does not hide another.
 *
 * @param hash SHA-256 of a text, in hexadecimal
 */
export function verifyChain(
  links: readonly ChainLink[],
  { aggregate, from = emptyChain, head }: Expected,
  hash: (text: string) => string,
): ChainVerdict {
  const faults: ChainFault[] = [];
  const hashes = links.map(({ detail }) => hash(canonicalJson(detail)));
  const isChanged = (index: number): boolean => {
    const claimed = claimOf(links, index, head);
    return claimed !== undefined && claimed !== hashes[index];
  };
  let seq = from.seq;
  for (const [index, link] of links.entries()) {
    faults.push(...misplaced(link, seq, aggregate));
    if (index === 0 && link.detail.seq === from.seq + 1 && link.detail.prevHash !== from.hash) {
      // Whoever changed `prevHash` changed the link, and then its successor tells so; else it is what came before.
      if (!isChanged(0)) faults.push({ seq: link.detail.seq, reason: `does not continue #${from.seq}` });
    }
    // A changed `prevHash` breaks two joints, and the later one tells which link it is.
    if (isChanged(index) && !(index + 1 < links.length && isChanged(index + 1))) {
      const witness = index + 1 < links.length ? `#${link.detail.seq + 1}` : 'the record';
      faults.push({ seq: link.detail.seq, reason: `is not what ${witness} says it was: it was changed` });
    }
    seq = link.detail.seq;
  }
  faults.push(...endFaults(seq, head));
  const last = hashes.at(-1);
  const end = last === undefined ? from : { seq, hash: last };
  return { status: faults.length === 0 ? 'intact' : 'broken', faults, end };
}

/** What the next link says of this one, or the record of the last: where one between them is missing, nobody says anything. */
function claimOf(links: readonly ChainLink[], index: number, head: ChainHead | undefined): string | undefined {
  const seq = links[index]?.detail.seq ?? 0;
  const next = links[index + 1];
  if (next) return next.detail.seq === seq + 1 ? next.detail.prevHash : undefined;
  return head?.seq === seq ? head.hash : undefined;
}

/** A link that is not the one that belongs here. */
function misplaced({ type, detail }: ChainLink, before: number, aggregate: string): readonly ChainFault[] {
  const { seq, id } = detail;
  const faults: ChainFault[] = [];
  if (seq > before + 1) {
    const missing = seq === before + 2 ? `#${before + 1} is missing` : `#${before + 1} to #${seq - 1} are missing`;
    faults.push({ seq: before + 1, reason: missing });
  } else if (seq <= before) {
    faults.push({ seq, reason: `stands after #${before}: links are out of their order, or there twice` });
  }
  if (id !== `${aggregate}#${seq}`) faults.push({ seq, reason: `is of another chain: its id is ${id}` });
  // Links of before the type was part of the detail do not say it.
  if (detail.type !== undefined && detail.type !== type) {
    faults.push({ seq, reason: `is kept as ${type}, and was written as ${detail.type}` });
  }
  return faults;
}

function endFaults(seq: number, head: ChainHead | undefined): readonly ChainFault[] {
  if (head === undefined || seq === head.seq) return [];
  return seq < head.seq
    ? [
        {
          seq: seq + 1,
          reason: `#${seq + 1} to #${head.seq} are missing: the record says that #${head.seq} is the last`,
        },
      ]
    : [{ seq: head.seq + 1, reason: `was added: the record says that #${head.seq} is the last` }];
}
