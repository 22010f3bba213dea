/** The headers of a mail by lower-case name, unfolded; the first of a name counts. */
export function rawHeaders(mail: Uint8Array): ReadonlyMap<string, string> {
  const text = Buffer.from(mail).toString('latin1');
  const end = text.search(/\r?\n\r?\n/);
  const lines = (end < 0 ? text : text.slice(0, end)).replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([!-9;-~]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && !headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value ?? '');
  }
  return headers;
}

/** The addresses in a header such as `To`; a comma inside quotes divides nothing. */
export function addressesIn(value: string | undefined): readonly string[] {
  return (value?.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []).map((each) => each.trim()).filter((each) => each !== '');
}
