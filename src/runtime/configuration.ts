import type { SurroundingVariable, Variable } from '#functions/capabilities.ts';

type Name = Variable | SurroundingVariable;

/** A function's configuration. A variable is read when something needs it, since each function has only its own. */
export interface Configuration {
  readonly required: (name: Name) => string;
  readonly optional: (name: Name) => string | undefined;
}

export function configurationFrom(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const optional = (name: Name): string | undefined => environment[name] || undefined;
  return {
    optional,
    required(name) {
      const value = optional(name);
      if (value === undefined) {
        throw new Error(
          `The environment variable ${name} is absent. functions/catalog.ts says what this function needs.`,
        );
      }
      return value;
    },
  };
}
