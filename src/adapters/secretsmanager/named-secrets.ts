import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Clock } from '#ports/clock.ts';

/** A secret that was changed is taken up within this. */
const keptMs = 60_000;
/** One that was not there is looked for again sooner: somebody may be setting things up. */
const absentMs = 15_000;

interface Known {
  readonly value: string | undefined;
  readonly untilMs: number;
}

/** Secrets of the installation itself by name, each kept for a while. */
export class NamedSecrets {
  readonly #client: () => SecretsManagerClient;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(client: () => SecretsManagerClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** @returns `undefined` when there is no such secret, or nothing in it */
  async value(name: string): Promise<string | undefined> {
    const nowMs = this.#clock.now().getTime();
    const known = this.#known.get(name);
    if (known && nowMs < known.untilMs) return known.value;
    const value = await this.#read(name);
    this.#known.set(name, { value, untilMs: nowMs + (value === undefined ? absentMs : keptMs) });
    return value;
  }

  async #read(name: string): Promise<string | undefined> {
    try {
      const { SecretString } = await this.#client().send(new GetSecretValueCommand({ SecretId: name }));
      return SecretString?.trim() || undefined;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}
