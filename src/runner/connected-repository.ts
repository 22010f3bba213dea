import { fetchFailure } from './fetch-failure.ts';

/**
 * The address at which CodeConnections gives a repository to git. CodeBuild's own credential helper signs in there, with
 * the role of the project; see `git-credential-helper` in `buildspecs/fetch-source.yml`.
 */
export function connectedRepository(connection: string, repository: string): string {
  const arn =
    /^arn:aws[a-z-]*:(codeconnections|codestar-connections):([a-z0-9-]+):(\d{12}):connection\/([0-9a-f-]{36})$/.exec(
      connection,
    );
  if (!arn) throw fetchFailure('unusableCredentials', 'the connection is not the ARN of a connection');
  const [, service, region, account, id] = arn;
  const path = new URL(repository).pathname.replace(/\.git$/, '').replace(/^\/+|\/+$/g, '');
  return `https://${service}.${region}.amazonaws.com/git-http/${account}/${region}/${id}/${path}.git`;
}
