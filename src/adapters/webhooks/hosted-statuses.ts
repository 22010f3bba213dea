import type { CommitStatus } from '#domain/delivery/commit-status.ts';
import { repositoryIdentity } from '#domain/delivery/repository-identity.ts';
import type { CommitStatuses, HostedRepository } from '#ports/commit-statuses.ts';
import type { Provider } from '#schemas/workflows/push-origin.ts';
import { githubStatus } from '../github/commit-status.ts';
import { gitlabStatus } from '../gitlab/commit-status.ts';
import type { NamedSecrets } from '../secretsmanager/named-secrets.ts';
import { sendStatus, type StatusRequest } from './send-status.ts';

type MakeRequest = (repository: string, commit: string, status: CommitStatus, token: string) => StatusRequest;

const requests: Readonly<Record<Provider, MakeRequest>> = { github: githubStatus, gitlab: gitlabStatus };

interface StatusOptions {
  readonly secrets: NamedSecrets;
  /** The tokens are the secrets `<prefix>/github` and `<prefix>/gitlab`. */
  readonly prefix: string;
  /** Base address of each API. */
  readonly apis: Readonly<Record<Provider, string>>;
}

/** Statuses by the APIs of GitHub and GitLab, each with the token of the installation. */
export class HostedCommitStatuses implements CommitStatuses {
  readonly #options: StatusOptions;

  constructor(options: StatusOptions) {
    this.#options = options;
  }

  locate(repository: string): HostedRepository | undefined {
    const [host = '', ...path] = (repositoryIdentity(repository) ?? '').split('/');
    const found = (Object.entries(this.#options.apis) as [Provider, string][]).find(
      ([, api]) => host === webHostOf(api),
    );
    return found && { provider: found[0], path: path.join('/') };
  }

  async isOn(provider: Provider): Promise<boolean> {
    return (await this.#token(provider)) !== undefined;
  }

  async show({ provider, path }: HostedRepository, commit: string, status: CommitStatus): Promise<'shown' | 'refused'> {
    const token = await this.#token(provider);
    if (token === undefined) return 'refused';
    return sendStatus(this.#options.apis[provider], requests[provider](path, commit, status, token));
  }

  #token(provider: Provider): Promise<string | undefined> {
    return this.#options.secrets.value(`${this.#options.prefix}/${provider}`);
  }
}

/** `https://api.github.com` speaks for `github.com`; elsewhere an API has the host of its repositories. */
function webHostOf(api: string): string {
  const { host } = new URL(api);
  return host === 'api.github.com' ? 'github.com' : host;
}
