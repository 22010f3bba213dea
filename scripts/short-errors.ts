/** An error class as the SDK's generator writes it, with members of its own or without. Nothing reads its `shapeId`. */
const errorClass = new RegExp(
  [
    String.raw`^export class (\w+) extends __BaseException \{`,
    String.raw`(?:    static shapeId = "[^"]+";\n)?    name = "\1";`,
    String.raw`    \$fault = "(client|server)";`,
    String.raw`((?:    \w+;\n)*)    constructor\(opts\) \{`,
    String.raw`        super\(\{`,
    String.raw`            name: "\1",`,
    String.raw`            \$fault: "\2",`,
    String.raw`            \.\.\.opts,`,
    String.raw`        \}\);`,
    String.raw`        Object\.setPrototypeOf\(this, \1\.prototype\);`,
    String.raw`(?:        this\.\w+ = opts\.\w+;\n)*    \}`,
    String.raw`\}$`,
  ].join(String.raw`\n`),
  'gm',
);

/** The same class, made. */
const makeError = `
const __error = (name, members = [], $fault = 'client') => {
  const Made = class extends __BaseException {
    name = name;
    $fault = $fault;
    constructor(opts) {
      super({ name, $fault, ...opts });
      Object.setPrototypeOf(this, Made.prototype);
      for (const member of members) this[member] = opts[member];
    }
  };
  return Object.defineProperty(Made, 'name', { value: name });
};
`;

/** The error classes of an SDK client, dozens of the same few lines, with those lines only once. */
export function withShortErrors(content: string): string | undefined {
  const short = content.replaceAll(errorClass, (_, name: string, fault: string, members: string) => {
    const more = [members.match(/\w+/g) ?? [], fault];
    const given = fault === 'client' ? (members === '' ? [] : more.slice(0, 1)) : more;
    return `export const ${name} = /* @__PURE__ */ __error(${[name, ...given].map((each) => JSON.stringify(each)).join()});`;
  });
  return short === content ? undefined : `${makeError}${short}`;
}
