import type { Failure } from './failure.ts';

interface FetchFailure extends Pick<Failure, 'code' | 'nextAction'> {
  /** What the build that fetches says; a detail follows behind a colon. */
  readonly says: string;
}

/** THE TABLE: why a commit could not be fetched. The build tells the words, and the deployment's failure is named by them. */
export const fetchFailures = {
  wantsCredentials: {
    says: 'repository wants credentials',
    code: 'permission_denied',
    nextAction:
      'Register the service with a secret that holds them: dsctl register … --credentials secretsmanager:<service>/git',
  },
  refusedCredentials: {
    says: 'repository refused the credentials',
    code: 'permission_denied',
    nextAction:
      'Look whether the token or key in the secret of the registration is still valid and may read the repository.',
  },
  unusableCredentials: {
    says: 'credentials cannot be used',
    code: 'validation_error',
    nextAction: 'Put into the secret what docs/seams.md describes: a token for https, a private key for ssh.',
  },
  notFound: {
    says: 'repository not found',
    code: 'not_found',
    nextAction:
      'Look at the address that the service is registered with; without permission to read it a repository is not found either.',
  },
  unknownHost: {
    says: 'host key not trusted',
    code: 'permission_denied',
    nextAction:
      'If the server has a new key, and only then, put its line for known_hosts into the secret, as "knownHosts". If it has none, somebody is in between.',
  },
  noCommit: {
    says: 'commit not in the repository',
    code: 'not_found',
    nextAction: 'Push the commit to a branch of the repository, then deploy it again.',
  },
  unreachable: {
    says: 'repository not reachable',
    code: 'unavailable',
    nextAction: 'Look whether the server of the repository is up, then: dsctl retry.',
  },
} as const satisfies Readonly<Record<string, FetchFailure>>;

export type FetchFailureName = keyof typeof fetchFailures;

/** What the words of a build mean, if they are those of a fetch that failed. */
export function fetchFailureIn(message: string): FetchFailure | undefined {
  return Object.values(fetchFailures).find(({ says }) => message.startsWith(`${says}: `));
}
