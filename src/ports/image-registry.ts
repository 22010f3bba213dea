/** The registry that holds container images. */
export interface ImageRegistry {
  /**
   * The bytes of an image's manifest, by the image's full name `<registry>/<repository>@sha256:<digest>`; `undefined` when the
   * registry has none. Its blobs are the registry's to check: each is named by its digest in the manifest.
   */
  manifest(name: string): Promise<Uint8Array | undefined>;
  /**
   * Makes the repository `<registry>/<repository>` where it is absent, and gives it its rules in any case: tags stay with
   * their images, and images without a tag expire.
   */
  ensureRepository(name: string): Promise<void>;
}
