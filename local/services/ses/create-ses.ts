import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import { ServiceFault, type WireService } from '#local/gateway/wire.ts';
import { restService } from '#local/services/lambda/rest-service.ts';
import { openIdentities } from './identities.ts';
import { openMailbox, type SentMail } from './mailbox.ts';
import { sendEmail } from './send-email.ts';
import { jsonBody, parse } from './ses-input.ts';

export interface Ses extends WireService {
  /** What was sent, oldest first. */
  sent(): readonly SentMail[];
}

const DAY_MS = 86_400_000;
const IdentityName = z
  .string()
  .max(320)
  .regex(/^([^\s@<>,]+@)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i, 'is no address or domain');

const listInput = z.strictObject({
  PageSize: z.int().min(1).max(1000).default(1000),
  NextToken: z.string().optional(),
});

/** The local SES; see `behaviour.md`. */
export function createSes(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** Where mails are put as files. */
  readonly mailbox: string;
}): Ses {
  const { store, clock } = options;
  const identities = openIdentities(store);
  const mailbox = openMailbox(store, options.mailbox);
  const require = (name = ''): string => {
    const known = [name, name.toLowerCase()].find((each) => identities.has(each));
    if (known !== undefined) return known;
    throw new ServiceFault('NotFoundException', `Email identity ${name} does not exist.`, { status: 404 });
  };

  const service = restService('ses', [
    {
      on: 'POST /v2/email/outbound-emails',
      answer: ({ body }) => ok({ MessageId: sendEmail(jsonBody(body), { clock, identities, mailbox }) }),
    },
    {
      on: 'POST /v2/email/identities',
      answer({ body }) {
        const { EmailIdentity } = parse(z.strictObject({ EmailIdentity: IdentityName }), jsonBody(body));
        // Domains know no case; the part of an address before its @ may.
        const name = EmailIdentity.includes('@') ? EmailIdentity : EmailIdentity.toLowerCase();
        if (identities.add(name, clock.now())) return ok(verified(name));
        throw new ServiceFault('AlreadyExistsException', `Email identity ${name} already exist.`);
      },
    },
    {
      on: 'POST /v2/email/list-identities',
      answer({ body }) {
        const { PageSize, NextToken } = parse(listInput, jsonBody(body));
        const rest = identities.list().filter((name) => name > (NextToken ?? ''));
        const page = rest.slice(0, PageSize);
        const EmailIdentities = page.map((name) => ({
          IdentityName: name,
          IdentityType: verified(name).IdentityType,
          SendingEnabled: true,
          VerificationStatus: 'SUCCESS',
        }));
        return ok({ EmailIdentities, ...(page.length < rest.length && { NextToken: page.at(-1) }) });
      },
    },
    {
      on: 'GET /v2/email/identities/*',
      answer: ({ names: [name] }) =>
        ok({ ...verified(require(name)), VerificationStatus: 'SUCCESS', FeedbackForwardingStatus: true }),
    },
    {
      on: 'DELETE /v2/email/identities/*',
      answer({ names: [name] }) {
        identities.remove(require(name));
        return ok({});
      },
    },
    {
      on: 'GET /v2/email/account',
      answer: () =>
        ok({
          DedicatedIpAutoWarmupEnabled: false,
          EnforcementStatus: 'HEALTHY',
          ProductionAccessEnabled: true,
          SendingEnabled: true,
          SendQuota: {
            Max24HourSend: 50_000,
            MaxSendRate: 14,
            SentLast24Hours: mailbox.countSince(clock.now() - DAY_MS),
          },
        }),
    },
  ]);
  return { ...service, sent: () => mailbox.list() };
}

function ok(body: unknown) {
  return { status: 200, body };
}

function verified(name: string) {
  return {
    IdentityType: name.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
    VerifiedForSendingStatus: true,
    DkimAttributes: { SigningEnabled: false, Status: 'NOT_STARTED' },
  };
}
