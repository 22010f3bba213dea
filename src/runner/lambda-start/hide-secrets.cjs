// Loaded before the runtime of a function that has secrets: what the function prints goes to a log that more people read
// than may know them. Plain JavaScript in CommonJS, since it runs beside code that is not ours.
/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return, typescript/no-require-imports, unicorn/no-this-assignment
   -- without types, everything it touches is unknown to the linter */
'use strict';

const { format } = require('node:util');

// Shorter texts are found everywhere.
const shortestSecret = 4;
const shortestLine = 8;

const values = Object.keys(JSON.parse(process.env.DEPLOYMENT_SECRETS || '{}')).flatMap((name) => {
  const value = process.env[name] ?? '';
  const lines = value.split(/[\r\n]+/).filter((line) => line.length >= shortestLine);
  return value.length < shortestSecret ? [] : [value, ...lines];
});
const forms = [...new Set(values.flatMap(formsOf))].sort((a, b) => b.length - a.length);
const anyForm =
  forms.length > 0 &&
  new RegExp(forms.map((form) => form.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join('|'), 'g');

if (anyForm) {
  for (const stream of [process.stdout, process.stderr]) hideIn(stream);
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace']) hideInConsole(method);
}

function formsOf(value) {
  const bytes = Buffer.from(value);
  // The characters that depend on the value alone, wherever in an encoded text it stands.
  const cores = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(Math.ceil((8 * offset) / 6), Math.floor((8 * (offset + bytes.length)) / 6)),
  );
  const base64 = [bytes.toString('base64'), ...cores];
  const url = encodeURIComponent(value.toWellFormed());
  return [
    value,
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    url,
    url.replaceAll(/%../g, (escape) => escape.toLowerCase()),
    url.replaceAll('%20', '+'),
    JSON.stringify(value).slice(1, -1),
    bytes.toString('hex'),
  ];
}

function hidden(text) {
  return text.replaceAll(anyForm, '***');
}

function hideIn(stream) {
  const write = stream.write.bind(stream);
  stream.write = (chunk, ...rest) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const safe = hidden(text);
    return safe === text ? write(chunk, ...rest) : write(safe, ...rest.filter((each) => typeof each === 'function'));
  };
}

/** The runtime puts methods of its own in the place of the console's, which write past the streams: those are met here as well. */
function hideInConsole(method) {
  let inner = console[method];
  const outer = (...parts) => {
    const text = format(...parts);
    const safe = hidden(text);
    return Reflect.apply(inner, console, safe === text ? parts : [safe]);
  };
  Object.defineProperty(console, method, {
    configurable: true,
    enumerable: true,
    get: () => outer,
    set: (replacement) => {
      inner = replacement;
    },
  });
}
