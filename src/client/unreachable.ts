const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke off',
  EHOSTUNREACH: 'there is no way to that host',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up just now',
  ETIMEDOUT: 'there was no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'there was no answer in time',
  UND_ERR_SOCKET: 'the connection broke off',
};

/** No answer came at all, or it broke off. What was asked for may or may not have been done. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly url: string;
  /** What the reader can do about it. */
  readonly wayOut: string;

  constructor(url: string, cause: unknown) {
    super(`No answer from ${url}: ${reasonOf(cause)}.`, { cause });
    this.url = url;
    this.wayOut =
      'Check that the service runs there ("npm start" starts one on this machine) and that the address is right.';
  }
}

/** `fetch` says only that it failed; the reason is a cause or two further down. */
function reasonOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at.name === 'TimeoutError') return 'there was no answer in time';
    const reason = 'code' in at && typeof at.code === 'string' ? reasons[at.code] : undefined;
    if (reason !== undefined) return reason;
    if (!(at.cause instanceof Error)) return at.message.replace(/\.$/, '');
  }
  return 'the connection broke off';
}
