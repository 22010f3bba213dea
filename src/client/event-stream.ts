/** One server-sent event. */
export interface ServerEvent {
  readonly id: string | undefined;
  /** `message` unless named. */
  readonly event: string;
  readonly data: string;
}

/**
 * Reads server-sent events from bytes that come in pieces of any size, cut anywhere. An event counts only with the
 * blank line after it: one that was cut off is not an event, so it can be asked for again.
 */
export function eventStreamReader(): (bytes: Uint8Array) => readonly ServerEvent[] {
  const decoder = new TextDecoder();
  let rest = '';
  let id: string | undefined;
  let event = '';
  let data: string[] = [];
  let events: ServerEvent[] = [];

  const dispatch = (): void => {
    if (data.length > 0) events.push({ id, event: event || 'message', data: data.join('\n') });
    id = undefined;
    event = '';
    data = [];
  };
  const takeLine = (line: string): void => {
    if (line === '') {
      dispatch();
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id') id = value;
    // Comments keep the connection alive; other fields are not for us.
  };

  return (bytes) => {
    events = [];
    rest += decoder.decode(bytes, { stream: true });
    // A carriage return at the very end may be half of a line end: it waits for what follows.
    const settled = rest.endsWith('\r') ? rest.length - 1 : rest.length;
    const lines = rest.slice(0, settled).split(/\r\n|\r|\n/);
    rest = (lines.pop() ?? '') + rest.slice(settled);
    for (const line of lines) takeLine(line);
    return events;
  };
}
