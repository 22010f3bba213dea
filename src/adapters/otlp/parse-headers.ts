/**
 * Headers as `OTEL_EXPORTER_OTLP_HEADERS` has them: `name=value,other=value`, values percent-encoded.
 *
 * @throws Error that names the place and never the value
 */
export function parseHeaders(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair, index) => {
      const at = pair.indexOf('=');
      const name = pair.slice(0, Math.max(0, at)).trim().toLowerCase();
      const value = decoded(pair.slice(at + 1).trim());
      if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || value === undefined || /[\r\n]/.test(value)) {
        throw new Error(
          `Header ${index + 1} of the OTLP headers' secret is not "name=value" with a percent-encoded value.`,
        );
      }
      return [name, value];
    }),
  );
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
