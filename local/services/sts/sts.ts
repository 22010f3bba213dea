import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { ServiceFault, type WireRequest, type WireResponse, type WireService } from '#local/gateway/wire.ts';
import { queryFault, queryAnswer } from './query-protocol.ts';
import { openSessions, type Session, type Sessions } from './sessions.ts';

interface StsOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
}

interface Caller {
  readonly arn: string;
  readonly userId: string;
}

const ACCOUNT = '000000000000';

/** Who signs with no session of ours: the developer on this machine. */
const LOCAL_USER: Caller = { arn: `arn:aws:iam::${ACCOUNT}:user/local`, userId: 'AIDALOCALLOCALLOCAL1' };

/** STS on the wire. Roles need not exist: there is no IAM here, and every caller may assume every role. */
export function createSts({ store, clock }: StsOptions): WireService {
  const sessions = openSessions(store);

  return {
    name: 'sts',
    fault: queryFault,
    async handle(request): Promise<WireResponse> {
      const parameters = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
      const caller = callerOf(request, sessions, clock.now());
      const action = parameters.get('Action') ?? request.query.get('Action') ?? '(none named)';
      switch (action) {
        case 'GetCallerIdentity':
          return queryAnswer(action, { Arn: caller.arn, UserId: caller.userId, Account: ACCOUNT });
        case 'AssumeRole':
          return queryAnswer(action, assumeRole(parameters, sessions, clock.now()));
        default:
          throw new ServiceFault('InvalidAction', `The local endpoint has no operation ${action} of STS.`);
      }
    },
  };
}

function assumeRole(parameters: URLSearchParams, sessions: Sessions, nowMs: number) {
  for (const name of parameters.keys()) {
    if (!['Action', 'Version', 'RoleArn', 'RoleSessionName', 'DurationSeconds', 'ExternalId'].includes(name)) {
      throw invalid(`The local endpoint does not support the parameter ${name} of AssumeRole.`);
    }
  }
  const roleArn = parameters.get('RoleArn') ?? '';
  const [, account, name] = /^arn:aws:iam::(\d{12}):role\/(?:[!-~]+\/)?([\w+=,.@-]{1,64})$/.exec(roleArn) ?? [];
  if (!account || !name) throw invalid(`${roleArn} is invalid`);
  const sessionName = parameters.get('RoleSessionName') ?? '';
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw invalid(`RoleSessionName ${sessionName} is invalid`);
  const duration = Number(parameters.get('DurationSeconds') ?? 3600);
  if (!Number.isInteger(duration) || duration < 900 || duration > 43_200) {
    throw invalid('DurationSeconds must be a whole number from 900 to 43200');
  }
  // The same id for the same role at any time, as a role keeps its id.
  const roleId = `AROA${createHash('sha256').update(roleArn).digest('hex').toUpperCase().slice(0, 16)}`;
  const session: Session = {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(96).toString('base64'),
    arn: `arn:aws:sts::${account}:assumed-role/${name}/${sessionName}`,
    userId: `${roleId}:${sessionName}`,
    // Answers carry whole seconds, and what runs out here must not do so before the client thinks it does.
    expiresMs: Math.floor(nowMs / 1000) * 1000 + duration * 1000,
  };
  sessions.add(session, nowMs);
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresMs).toISOString().replace('.000Z', 'Z'),
    },
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
  };
}

/** By access key id and session token; the signature is not checked, as nowhere on the local endpoint. */
function callerOf(request: WireRequest, sessions: Sessions, nowMs: number): Caller {
  const accessKeyId = /Credential=([^/]+)\//.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
  if (!accessKeyId.startsWith('ASIA')) return LOCAL_USER;
  const session = sessions.find(accessKeyId);
  if (!session || session.sessionToken !== request.headers['x-amz-security-token']) {
    throw new ServiceFault('InvalidClientTokenId', 'The security token included in the request is invalid.', {
      status: 403,
    });
  }
  if (session.expiresMs <= nowMs) {
    throw new ServiceFault('ExpiredToken', 'The security token included in the request is expired', { status: 403 });
  }
  return session;
}

function invalid(message: string): ServiceFault {
  return new ServiceFault('ValidationError', message);
}
