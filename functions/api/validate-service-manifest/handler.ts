import { validateServiceManifest as contract } from '#schemas/api/validate-service-manifest.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { apiHandler } from '#runtime/api-handler.ts';

export const handler = apiHandler(contract, async ({ body }) => {
  const parsed = parseManifest(body);
  return {
    status: 200,
    body: parsed.ok
      ? { valid: true, name: parsed.manifest.name, faults: [] }
      : { valid: false, faults: parsed.faults.map((fault) => ({ ...fault })) },
  };
});
