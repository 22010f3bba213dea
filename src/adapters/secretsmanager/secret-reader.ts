import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { secretSource } from '#schemas/service/secret-reference.ts';
import type { Clock } from '#ports/clock.ts';

/** A secret that was changed is taken up within this. */
const keptMs = 60_000;

interface Clients {
  readonly secrets: () => SecretsManagerClient;
  readonly parameters: () => SSMClient;
}

/** Reads secrets of services by their references, each kept for a minute. */
export class SecretReader {
  readonly #clients: Clients;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly value: string | undefined; readonly untilMs: number }>();

  constructor(clients: Clients, clock: Clock) {
    this.#clients = clients;
    this.#clock = clock;
  }

  /** @returns `undefined` when there is no such secret, nothing in it, or no permission to read it */
  async value(reference: string): Promise<string | undefined> {
    const nowMs = this.#clock.now().getTime();
    const known = this.#known.get(reference);
    if (known && nowMs < known.untilMs) return known.value;
    const value = await this.#read(reference).catch(unlessAbsent);
    this.#known.set(reference, { value, untilMs: nowMs + keptMs });
    return value;
  }

  async #read(reference: string): Promise<string | undefined> {
    const source = secretSource(reference);
    if (source.store === 'ssm') {
      const { Parameter } = await this.#clients
        .parameters()
        .send(new GetParameterCommand({ Name: source.path, WithDecryption: true }));
      return Parameter?.Value?.trim() || undefined;
    }
    const { SecretString } = await this.#clients.secrets().send(new GetSecretValueCommand({ SecretId: source.name }));
    const text = source.jsonKey === undefined ? SecretString : memberOf(SecretString ?? '', source.jsonKey);
    return text?.trim() || undefined;
  }
}

function memberOf(text: string, key: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(text) as Record<string, unknown> | null)?.[key];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function unlessAbsent(error: unknown): undefined {
  const absent = ['ResourceNotFoundException', 'ParameterNotFound', 'AccessDeniedException', 'InvalidRequestException'];
  if (error instanceof Error && absent.includes(error.name)) return undefined;
  throw error;
}
