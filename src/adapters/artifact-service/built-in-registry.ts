import type { Artifact } from '#domain/deployment/deployment.ts';
import type { ArtifactRegistry } from '#ports/artifact-registry.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { DeploymentStore } from '#ports/deployment-store.ts';

interface Stores {
  readonly deployments: Pick<DeploymentStore, 'findArtifact'>;
  readonly blobs: Pick<BlobStore, 'get'>;
}

/** The registry that works alone: references in the table, statements beside the artifacts. */
export class BuiltInArtifactRegistry implements ArtifactRegistry {
  readonly #stores: Stores;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  find(service: string, tree: string, identity: string): Promise<Artifact | undefined> {
    return this.#stores.deployments.findArtifact(service, tree, identity);
  }

  /** Its reference was written with the decision that signed it: there is no moment at which one is without the other. */
  register(): Promise<void> {
    return Promise.resolve();
  }

  evidence(_service: string, { signatureKey }: Artifact): Promise<Uint8Array | undefined> {
    return this.#stores.blobs.get(signatureKey);
  }
}
