import type { ManifestFault } from '#domain/manifest/manifest-fault.ts';
import { notYetSupported } from '#domain/manifest/not-yet-supported.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import type { Fault } from '#domain/refusal.ts';

type PlacedFault = Fault & Pick<ManifestFault, 'line' | 'column'>;

export interface ManifestVerdict {
  readonly valid: boolean;
  readonly name?: string;
  readonly faults: readonly ManifestFault[];
  /** What a deployment would be refused for, although the file is valid. */
  readonly warnings: readonly PlacedFault[];
}

/**
 * Says everything that is wrong with a `service.yaml`, and what of it this version does not do yet. Never throws.
 *
 * @param environment warns only of what a deployment to this environment needs
 */
export function validateServiceManifest(source: string | Uint8Array, environment?: string): ManifestVerdict {
  const parsed = parseManifest(source);
  if (!parsed.ok) return { valid: false, faults: parsed.faults, warnings: [] };
  const { manifest, places } = parsed;
  const warnings = places.place(notYetSupported(manifest, environment));
  return { valid: true, name: manifest.name, faults: [], warnings };
}
