import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceFacts, type SourceFacts } from '#schemas/workflows/source-facts.ts';
import { again, type Patience } from './again.ts';
import type { RetryNote } from '#schemas/workflows/stage-notes.ts';
import { archiveCommit } from './archive-commit.ts';
import type { BlobStore } from './blob-store.ts';
import { describeOmissions, listTree, readManifest } from './commit-tree.ts';
import { fetchCommit, type Remote, withoutSecrets } from './fetch-commit.ts';
import { connectedRepository } from './connected-repository.ts';
import { openGitAccess } from './git-access.ts';
import { readGitCredentials, secretsOf } from './git-credentials.ts';
import { createGit, type Git } from './git.ts';
import { gitFault } from './network-fault.ts';
import { RunnerFailure } from './runner-failure.ts';
import { createScrubber } from './scrubber.ts';
import type { RunnerLog } from './log.ts';
import { describeCommit } from './describe-commit.ts';

export interface SourceRequest {
  /** Whom the fetch is for. */
  readonly deploymentId: string;
  readonly service: string;
  readonly repository: string;
  readonly commit: string;
  /** Path of the manifest in the commit. */
  readonly manifestPath: string;
  /** The secret that the service is registered with. */
  readonly credentials?: string | undefined;
  /** ARN of a connection, in the place of a secret. */
  readonly connection?: string | undefined;
}

interface StoreSourceDeps extends Patience {
  readonly blobs: BlobStore;
  readonly log: RunnerLog;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Brings one commit into the blob store: its zip, its manifest and, last, its facts. A commit that is there already, with
 * the manifest of the same path, is not fetched again.
 *
 * @throws RunnerFailure when the repository, the commit or the manifest is not there
 */
export async function storeSource(request: SourceRequest, deps: StoreSourceDeps): Promise<SourceFacts> {
  const prefix = `sources/${request.service}/${request.commit}`;
  const known = await knownFacts(deps.blobs, prefix);
  if (known?.manifestPath === request.manifestPath) {
    deps.log.runner(`commit ${request.commit} is in the blob store already`);
    return known;
  }

  const { repository, connection } = request;
  const credentials = readGitCredentials(request.credentials, repository);
  deps.log.scrubWith(createScrubber(secretsOf(credentials)));
  const address = connection === undefined ? repository : connectedRepository(connection, repository);
  const gitDirectory = await mkdtemp(join(tmpdir(), 'fetch-source-'));
  const access = await openGitAccess(address, credentials);
  try {
    const git = createGit(gitDirectory, deps.environment, access);
    deps.log.runner(`fetching ${request.commit} from ${withoutSecrets(repository)}`);
    const hasCredentials = credentials.kind !== 'none' || connection !== undefined;
    const retries = await fetchAgain(git, { address, shown: repository, hasCredentials }, request.commit, deps);
    return await store(git, gitDirectory, prefix, { ...request, retries }, deps);
  } finally {
    await access.close();
    await rm(gitDirectory, { recursive: true, force: true });
  }
}

/** A fetch that the network failed is begun again; what the server says for good is not. */
async function fetchAgain(
  git: Git,
  remote: Remote,
  commit: string,
  { log, ...patience }: StoreSourceDeps,
): Promise<readonly RetryNote[]> {
  const { value: failure, retries } = await again(
    () => fetchCommit(git, remote, commit).then(() => undefined, asFailure),
    (fetched) => (typeof fetched?.cause === 'string' ? gitFault(fetched.cause) : undefined),
    patience,
    ({ reason, afterMs }) => log.runner(`the fetch is tried again in ${afterMs} ms: ${reason}`),
  );
  if (failure) throw failure;
  return retries;
}

function asFailure(error: unknown): RunnerFailure {
  if (error instanceof RunnerFailure) return error;
  throw error;
}

async function knownFacts(blobs: BlobStore, prefix: string): Promise<SourceFacts | undefined> {
  const bytes = await blobs.get(`${prefix}/commit.json`);
  return bytes && sourceFacts.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

async function store(
  git: Git,
  gitDirectory: string,
  prefix: string,
  { commit, manifestPath, deploymentId, retries }: SourceRequest & { readonly retries: readonly RetryNote[] },
  { blobs, log }: StoreSourceDeps,
): Promise<SourceFacts> {
  const entries = await listTree(git, commit);
  const manifest = await readManifest(git, commit, entries, manifestPath);
  for (const omission of await describeOmissions(git, commit, entries)) log.runner(omission);

  const described = await describeCommit(git, commit, { sourceKey: `${prefix}.zip`, manifestPath });
  const facts = { ...described, ...(retries.length > 0 && { fetch: { deploymentId, retries: [...retries] } }) };
  const source = await archiveCommit(git, gitDirectory, commit);
  await blobs.put(facts.sourceKey, source, 'application/zip');
  await blobs.put(`${prefix}/service.yaml`, manifest, 'application/yaml');
  await blobs.put(`${prefix}/commit.json`, Buffer.from(JSON.stringify(facts)), 'application/json');
  log.runner(`stored ${facts.sourceKey}: ${entries.length} files, ${source.byteLength} bytes, tree ${facts.tree}`);
  return facts;
}
