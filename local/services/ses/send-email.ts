import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import type { Identities } from './identities.ts';
import type { Mailbox } from './mailbox.ts';
import { mimeMessage } from './mime-message.ts';
import { addressesIn, rawHeaders } from './raw-headers.ts';
import { badRequest, parse } from './ses-input.ts';

const MOST_BYTES = 40 * 1024 * 1024;
const MOST_RECIPIENTS = 50;

// No control character: what has a line end could add a header of its own.
const Address = z
  .string()
  .max(998)
  .regex(/^(?:[^<>\p{Cc}]*<)?[^\s<>@,\p{Cc}]+@[^\s<>@,\p{Cc}]+>?$/u, 'is no email address');
const Addresses = z.array(Address).max(MOST_RECIPIENTS).default([]);
const Text = z.strictObject({ Data: z.string(), Charset: z.string().optional() });
const Line = z.strictObject({
  Data: z
    .string()
    .max(998)
    .regex(/^\P{Cc}*$/u, 'must be one line'),
  Charset: z.string().optional(),
});

const sendInput = z.strictObject({
  FromEmailAddress: Address.optional(),
  Destination: z.strictObject({ ToAddresses: Addresses, CcAddresses: Addresses, BccAddresses: Addresses }).optional(),
  ReplyToAddresses: Addresses,
  Content: z.strictObject({
    Simple: z
      .strictObject({
        Subject: Line,
        Body: z
          .strictObject({ Text: Text.optional(), Html: Text.optional() })
          .refine(({ Text: text, Html }) => text ?? Html, 'needs Text or Html'),
      })
      .optional(),
    Raw: z.strictObject({ Data: z.base64().min(1) }).optional(),
  }),
});
type SendInput = z.output<typeof sendInput>;

interface Mail {
  readonly from: string;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly content: Buffer;
}

/** Takes a message as SendEmail has it; answers its id. */
export function sendEmail(
  input: unknown,
  {
    clock,
    identities,
    mailbox,
  }: { readonly clock: HostClock; readonly identities: Identities; readonly mailbox: Mailbox },
): string {
  const request = parse(sendInput, input);
  const id = randomUUID();
  const sentMs = clock.now();
  const { content, ...mail } = request.Content.Raw ? rawMail(request) : simpleMail(request, id, sentMs);
  if (content.byteLength > MOST_BYTES) throw rejected(`A message has at most ${MOST_BYTES} bytes.`);
  if (mail.recipients.length === 0) throw badRequest('The message has no recipient.');
  if (mail.recipients.length > MOST_RECIPIENTS)
    throw badRequest(`A message has at most ${MOST_RECIPIENTS} recipients.`);
  if (!identities.covers(bare(mail.from))) {
    throw rejected(
      `Email address is not verified. The following identities failed the check in region EU-WEST-1: ${mail.from}`,
    );
  }
  mailbox.keep({ ...mail, id, sentMs }, content);
  return id;
}

function simpleMail(request: SendInput, id: string, sentMs: number): Mail {
  const { FromEmailAddress: from, Content, Destination } = request;
  if (!Content.Simple) throw badRequest('Content must have Simple or Raw.');
  if (from === undefined) throw badRequest('FromEmailAddress is missing.');
  const { Subject, Body } = Content.Simple;
  const to = Destination?.ToAddresses ?? [];
  const cc = Destination?.CcAddresses ?? [];
  const content = mimeMessage({
    id,
    sentMs,
    from,
    to,
    cc,
    replyTo: request.ReplyToAddresses,
    subject: Subject.Data,
    text: Body.Text?.Data,
    html: Body.Html?.Data,
  });
  return { from, recipients: [...to, ...cc, ...(Destination?.BccAddresses ?? [])], subject: Subject.Data, content };
}

function rawMail({ FromEmailAddress, Destination, Content }: SendInput): Mail {
  if (Content.Simple) throw badRequest('Content must have Simple or Raw, not both.');
  const content = Buffer.from(Content.Raw?.Data ?? '', 'base64');
  const headers = rawHeaders(content);
  const from = FromEmailAddress ?? headers.get('from');
  if (from === undefined) throw badRequest('The message has no From header and no FromEmailAddress.');
  const named = [
    ...(Destination?.ToAddresses ?? []),
    ...(Destination?.CcAddresses ?? []),
    ...(Destination?.BccAddresses ?? []),
  ];
  const recipients = named.length > 0 ? named : ['to', 'cc', 'bcc'].flatMap((name) => addressesIn(headers.get(name)));
  return { from, recipients, subject: headers.get('subject') ?? '', content };
}

/** The address in `Name <address>`. */
function bare(address: string): string {
  return /<([^<>]+)>\s*$/.exec(address)?.[1] ?? address.trim();
}

function rejected(message: string): ServiceFault {
  return new ServiceFault('MessageRejected', message);
}
