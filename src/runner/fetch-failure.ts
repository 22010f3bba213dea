import { fetchFailures, type FetchFailureName } from '#schemas/workflows/fetch-failure.ts';
import { RunnerFailure } from './runner-failure.ts';

/**
 * A fetch that failed, in the words that its deployment's failure is named by.
 *
 * @param stderr all that git said, kept as the cause: `ssh` gives its reasons before git's last words
 */
export function fetchFailure(name: FetchFailureName, detail: string, stderr?: string): RunnerFailure {
  return new RunnerFailure(`${fetchFailures[name].says}: ${detail}`, stderr === undefined ? {} : { cause: stderr });
}

/** What git and ssh say when they give up, most telling first: an ssh that does not trust a host also cannot read from it. */
const words: readonly (readonly [FetchFailureName, RegExp])[] = [
  ['unknownHost', /Host key verification failed|HOST IDENTIFICATION HAS CHANGED|No \S+ host key is known for/i],
  [
    'refusedCredentials',
    /Authentication failed|could not read (Username|Password)|Permission denied \((publickey|[^)]*publickey)|HTTP Basic: Access denied|requested URL returned error: 40[13]|Invalid username or (token|password)|error in libcrypto|invalid format/i,
  ],
  [
    'notFound',
    /repository (['"].*['"] )?not found|does not appear to be a git repository|returned error: 404|project you were looking for could not be found|repository .* does not exist/i,
  ],
];

/** Why git could not fetch, by what it wrote; `undefined` when the server merely does not have, or not give, that commit. */
export function causeOf(stderr: string, hasCredentials: boolean): FetchFailureName | undefined {
  const name = words.find(([, pattern]) => pattern.test(stderr))?.[0];
  if (name === 'refusedCredentials' && !hasCredentials) return 'wantsCredentials';
  return name;
}
