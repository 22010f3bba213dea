import { issuerName } from '../api/issuer.ts';
import type { SurroundingVariable, Variable } from '#functions/capabilities.ts';
import { projectCatalog } from '#state-machines/catalog.ts';
import { machineArn, names, region } from './names.ts';

interface Addresses {
  readonly apiUrl: string;
  readonly servicesPort: number;
}

export const tokenAudience = 'deployment-service';

/** The environment variables of the control plane's functions, as the stack would set them. */
export function controlPlaneVariables({ apiUrl, servicesPort }: Addresses) {
  return {
    AWS_REGION: region,
    TABLE_NAME: names.table,
    BLOB_BUCKET: names.blobBucket,
    SIGNING_KEY: names.signingKeyAlias,
    SEAL_KEY: names.sealKeyAlias,
    EVENT_BUS: names.bus,
    DEPLOYMENT_MACHINE: machineArn('deployment'),
    RUNNER_PROJECTS: projectCatalog.map(({ name }) => names.project(name)).join(','),
    // Builds find the very Node that runs this host.
    BUILD_TOOLCHAIN: `node ${process.versions.node.split('.')[0]}`,
    REPOSITORY_SCHEMES: 'https,ssh,file',
    TOKEN_ISSUER: issuerName,
    TOKEN_AUDIENCE: tokenAudience,
    TOKEN_JWKS_URL: `${apiUrl}/.well-known/jwks.json`,
    SERVICE_URL_TEMPLATE: `http://{service}.{environment}.localhost:${servicesPort}`,
    SERVICE_ADDRESS: `http://127.0.0.1:${servicesPort}`,
  } satisfies Record<Variable | SurroundingVariable, string>;
}
