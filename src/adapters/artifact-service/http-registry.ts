import type * as z from 'zod';
import { externalArtifact, externalEvidence, type ExternalArtifact } from '#schemas/external/artifact-service.ts';
import { blobKeys } from '#domain/blob-keys.ts';
import type { Artifact } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { ArtifactRegistry, RegisteredArtifact } from '#ports/artifact-registry.ts';
import type { Clock } from '#ports/clock.ts';
import { isTransient } from '#ports/transient.ts';
import { Circuit } from './circuit.ts';

interface HttpRegistryOptions {
  /** Base address. */
  readonly url: string;
  readonly token: () => Promise<string | undefined>;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

const attempts = 3;
const mostBytes = 256 * 1024;

/** An external Artifact Service; `schemas/external/artifact-service.ts` is the contract. */
export class HttpArtifactRegistry implements ArtifactRegistry {
  readonly #options: HttpRegistryOptions;
  readonly #circuit: Circuit;

  constructor(options: HttpRegistryOptions) {
    this.#options = options;
    this.#circuit = new Circuit(options.clock);
  }

  async find(service: string, tree: string, identity: string): Promise<Artifact | undefined> {
    const query = new URLSearchParams({ tree, identity });
    try {
      const text = await this.#ask('GET', `/v1/artifacts/${service}?${query.toString()}`);
      const found = text === undefined ? undefined : parsed(externalArtifact, text);
      return found && isThatOf(found, service, tree, identity) ? artifactIn(found) : undefined;
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }

  async register(artifact: RegisteredArtifact): Promise<void> {
    const { service, identity } = artifact;
    const { format, digest, key, sizeBytes, signatureKey, commit, tree, builtBy } = artifact;
    const body: ExternalArtifact = {
      service,
      tree,
      identity,
      commit,
      format,
      digest,
      key,
      sizeBytes,
      signatureKey,
      builtBy,
    };
    await this.#ask('PUT', `/v1/artifacts/${service}/${encodeURIComponent(identity)}`, body);
  }

  async evidence(service: string, { identity, digest }: Artifact): Promise<Uint8Array | undefined> {
    const path = `/v1/artifacts/${service}/${encodeURIComponent(identity)}/evidence?digest=${digest}`;
    const text = await this.#ask('GET', path);
    return text === undefined ? undefined : Buffer.from(JSON.stringify(parsed(externalEvidence, text)));
  }

  /** @returns `undefined` for 404 */
  #ask(method: 'GET' | 'PUT', path: string, body?: unknown): Promise<string | undefined> {
    return this.#circuit.through(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#askOnce(method, path, body);
        } catch (error) {
          if (attempt >= attempts || !isTransient(error)) throw error;
          await this.#options.clock.sleep(200 * 2 ** (attempt - 1));
        }
      }
    });
  }

  async #askOnce(method: 'GET' | 'PUT', path: string, body: unknown): Promise<string | undefined> {
    const { url, token, timeoutMs = 5000 } = this.#options;
    const bearer = await token();
    try {
      const response = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          'user-agent': 'deployment-service',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        // Another host would get the token.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      return answerOf(response.status, text);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw busy('cannot be reached', error);
    }
  }
}

function answerOf(status: number, text: string): string | undefined {
  if (status === 404) return undefined;
  if (status === 410) {
    throw new Refusal('artifact_verification_failed', 'The artifact service has withdrawn this artifact.');
  }
  if (status === 409) throw new Refusal('conflict', 'The artifact service knows another artifact of this identity.');
  if (status >= 500 || status === 429 || status === 408) throw busy(`answered ${status}`);
  if (status < 200 || status >= 300) throw new Refusal('unavailable', `The artifact service answered ${status}.`);
  if (Buffer.byteLength(text) > mostBytes) throw new Refusal('unavailable', 'The artifact service answered too much.');
  return text;
}

function busy(what: string, cause?: unknown): Refusal {
  return new Refusal('unavailable', `The artifact service ${what}.`, { transient: true, cause });
}

function parsed<T extends z.ZodType>(shape: T, text: string): z.output<T> {
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new Refusal('unavailable', 'The artifact service answered something that its contract does not know.', {
      cause,
    });
  }
}

/** What another party names must be what was asked for, and a zip must lie at the service's own place. */
function isThatOf(found: ExternalArtifact, service: string, tree: string, identity: string): boolean {
  if (found.service !== service || found.tree !== tree || found.identity !== identity) return false;
  return found.format === 'zip'
    ? found.key === blobKeys.artifact(service, found.digest)
    : found.key.endsWith(`/${service}@sha256:${found.digest}`);
}

function artifactIn({ format, digest, key, sizeBytes, identity, signatureKey }: ExternalArtifact): Artifact {
  return { format, digest, key, sizeBytes, identity, signatureKey };
}
