/** What is wrong with one entry of `secrets`. */
export interface SecretFault {
  /** Of the variable. */
  readonly name: string;
  /** Reads on from the setting's name. */
  readonly message: string;
}

/**
 * References that lead out of the service's own part of the stores. A build reads with a role that all services share, so
 * it is this check that keeps one from another's secrets. Trusts no shape: entries that are no text are somebody else's fault.
 */
export function secretReferenceFaults(service: string, references: Readonly<Record<string, unknown>>): SecretFault[] {
  return Object.entries(references).flatMap(([name, reference]) => {
    if (typeof reference !== 'string') return [];
    const store = ['secretsmanager:', 'ssm:/'].find((each) => reference.startsWith(each));
    if (store === undefined) return [];
    const own = `${store}${service}/`;
    if (reference.startsWith(own) && reference.length > own.length) return [];
    const message = `must begin with ${own}: a service reads its own secrets only. Store a copy there, or name that one`;
    return [{ name, message }];
  });
}

/** Names that are a variable and a secret at once; one of the two values would be lost. */
export function secretNameFaults(
  secrets: Readonly<Record<string, unknown>>,
  ...variables: readonly Readonly<Record<string, unknown>>[]
): SecretFault[] {
  return Object.keys(secrets)
    .filter((name) => variables.some((each) => Object.hasOwn(each, name)))
    .map((name) => ({ name, message: 'must not be both a variable and a secret' }));
}
