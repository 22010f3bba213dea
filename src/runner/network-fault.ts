/** What a fault of the network is called in the list of steps, by the words of whoever met it. Most telling first. */
const faults: readonly (readonly [RegExp, string])[] = [
  [
    /\bE429\b|\b429 Too Many|Too Many Requests|(?:HTTP|returned) error:? 429\b|ERR_PNPM_FETCH_429/i,
    'registry throttled',
  ],
  [
    /\bE50[234]\b|(?:HTTP|returned) error:? 50[234]\b|ERR_PNPM_FETCH_50[234]|\b(?:Bad Gateway|Service Unavailable|Gateway Time-?out)\b/i,
    'registry not available',
  ],
  [
    /\bE(?:SOCKET)?TIMEDOUT\b|ERR_SOCKET_TIMEOUT|UND_ERR_CONNECT_TIMEOUT|network timeout at|\b(?:Read|Connect|Operation|Connection) ?timed ?out\b|\b(?:Read|Connect)TimeoutError\b/i,
    'registry time-out',
  ],
  [
    /\bECONNRESET\b|socket hang up|Connection (?:was )?reset|ConnectionResetError|Recv failure|unexpected disconnect|early EOF|\bEPIPE\b/i,
    'connection reset',
  ],
  [/\bEAI_AGAIN\b|Temporary failure in name resolution|Could not resolve host/i, 'name not resolved'],
];

/** Lines by which a package manager says why it gave up; what it says of tries that it makes itself does not count. */
const givingUp =
  /^(?:npm (?:ERR!|error)|error |ERROR:? |fatal: |pip\._vendor\.\S+(?:Error|Exception)\b|(?:WARNING: )?Retrying \(Retry\(total=0,)|ERR_PNPM_(?!LOCKFILE|OUTDATED)|\bYN\d{4}\b.*(?:RequestError|HTTPError|TimeoutError|Response Code|ETIMEDOUT|ECONNRESET|EAI_AGAIN)/;

/** What no waiting mends, whatever else was in the way. */
const forGood =
  /\b(?:E40[134]|ERESOLVE|EINTEGRITY|EUSAGE|ETARGET|ENOENT|EACCES|ENOSPC|ELIFECYCLE)\b|\b40[134] (?:Not Found|Unauthorized|Forbidden)|ERR_PNPM_(?:FETCH_40[134]|NO_MATCHING_VERSION|OUTDATED_LOCKFILE)/;

/**
 * The fault of the network that ended an install, by what the package manager wrote; `undefined` when it failed for
 * another reason, or does not say.
 */
export function installFault(lines: readonly string[]): string | undefined {
  const said = lines.map((line) => line.trim()).filter((line) => givingUp.test(line) && !/^\S*\s*WARN\b/.test(line));
  if (said.some((line) => forGood.test(line))) return undefined;
  return nameOf(said);
}

const gitForGood =
  /\b(?:returned error: 40[134]|Authentication failed|not found|Permission denied|Host key verification)/i;

/** The same of git, by what it wrote on its standard error. */
export function gitFault(stderr: string): string | undefined {
  if (gitForGood.test(stderr)) return undefined;
  return nameOf(stderr.split('\n'))?.replace('registry', 'repository');
}

function nameOf(lines: readonly string[]): string | undefined {
  return faults.find(([words]) => lines.some((line) => words.test(line)))?.[1];
}
