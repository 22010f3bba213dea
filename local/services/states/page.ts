import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';

/** Members that every paginated operation has. */
export const PAGE_MEMBERS = {
  maxResults: z.int().min(0).max(1000).optional(),
  nextToken: z.string().min(1).optional(),
} as const;

interface PageInput {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/**
 * One page of a list. The token holds the cursor of the last item and the question it belongs to, so that it serves no
 * other question.
 *
 * @param load reads `limit` items after the cursor
 * @throws ServiceFault `InvalidToken`
 */
export function paginate<T>(
  { maxResults, nextToken, ...question }: PageInput,
  load: (after: number | undefined, limit: number) => readonly T[],
  cursorOf: (item: T) => number,
): Page<T> {
  const size = maxResults === undefined || maxResults === 0 ? 100 : maxResults;
  const asked = JSON.stringify(question);
  const after = nextToken === undefined ? undefined : readToken(nextToken, asked);
  // One more than the page: whether there is a next one.
  const found = load(after, size + 1);
  const items = found.slice(0, size);
  const last = items.at(-1);
  if (found.length <= size || last === undefined) return { items };
  return { items, nextToken: Buffer.from(JSON.stringify({ asked, after: cursorOf(last) })).toString('base64url') };
}

const Token = z.object({ asked: z.string(), after: z.number() });

function readToken(text: string, asked: string): number {
  try {
    const token = Token.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (token.asked === asked) return token.after;
  } catch {
    // Falls through to the refusal of a token that is no token.
  }
  throw new ServiceFault('InvalidToken', `Invalid Token: '${text}'`);
}
