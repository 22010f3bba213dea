import { validateServiceManifest as contract } from '#schemas/api/validate-service-manifest.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { validateServiceManifest } from '#usecases/validate-service-manifest.ts';

export const handler = apiHandler(contract, async ({ body, query }) => {
  const { faults, warnings, ...verdict } = validateServiceManifest(body, query.environment);
  return {
    status: 200,
    body: {
      ...verdict,
      faults: faults.map((fault) => ({ ...fault })),
      warnings: warnings.map((warning) => ({ code: 'unsupported', ...warning })),
    },
  };
});
