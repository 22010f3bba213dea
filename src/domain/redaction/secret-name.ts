/** Whether a name says that its value is secret: `DB_PASSWORD`, `clientSecret`, `authorization`. */
export function isSecretName(name: string): boolean {
  return /(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|(?:access|private)[_-]?key|authorization|cookie|credentials)$/i.test(
    name,
  );
}
