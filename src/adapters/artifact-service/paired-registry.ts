import type { Artifact } from '#domain/deployment/deployment.ts';
import type { ArtifactRegistry, RegisteredArtifact } from '#ports/artifact-registry.ts';

/** The installation's own registry with an external one behind it: its own answers first, the other has the last word on trust. */
export class PairedArtifactRegistry implements ArtifactRegistry {
  readonly #own: ArtifactRegistry;
  readonly #external: ArtifactRegistry;

  constructor(own: ArtifactRegistry, external: ArtifactRegistry) {
    this.#own = own;
    this.#external = external;
  }

  async find(service: string, tree: string, identity: string): Promise<Artifact | undefined> {
    return (await this.#own.find(service, tree, identity)) ?? this.#external.find(service, tree, identity);
  }

  register(artifact: RegisteredArtifact): Promise<void> {
    return this.#external.register(artifact);
  }

  /**
   * The statement beside the bytes counts; what was signed a moment ago, the other registry need not know yet. But it is
   * asked, and when it has withdrawn the artifact, or does not answer, that is the end of it.
   */
  async evidence(service: string, artifact: Artifact): Promise<Uint8Array | undefined> {
    const [own, external] = await Promise.all([
      this.#own.evidence(service, artifact),
      this.#external.evidence(service, artifact),
    ]);
    return own ?? external;
  }
}
