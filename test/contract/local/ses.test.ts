import * as ses from '@aws-sdk/client-sesv2';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway, type Gateway } from '#local/gateway/gateway.ts';
import { createSes, type Ses } from '#local/services/ses/create-ses.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';
import { overSocket } from './over-socket.ts';

let directory: string;
let clock: VirtualClock;
let gateway: Gateway;
let service: Ses;
let client: ses.SESv2Client;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ses-'));
  clock = virtualClock();
  service = createSes({ store: openStore(':memory:'), clock, mailbox: join(directory, 'mailbox') });
  gateway = createGateway([service]);
  client = new ses.SESv2Client(against(gateway));
  await identity('example.org');
});
afterEach(() => rmSync(directory, { recursive: true }));

const identity = (EmailIdentity: string) => client.send(new ses.CreateEmailIdentityCommand({ EmailIdentity }));
const simple = (Subject: string, Body: ses.Body): ses.EmailContent => ({
  Simple: { Subject: { Data: Subject }, Body },
});
const hello = simple('Hello', { Text: { Data: 'Good morning' } });
const send = (more: Partial<ses.SendEmailCommandInput> = {}) =>
  client.send(
    new ses.SendEmailCommand({
      FromEmailAddress: 'releases@example.org',
      Destination: { ToAddresses: ['someone@example.net'] },
      Content: hello,
      ...more,
    }),
  );
const mails = () =>
  readdirSync(join(directory, 'mailbox')).map((name) => readFileSync(join(directory, 'mailbox', name), 'utf8'));

describe('a simple message', () => {
  it('becomes a file that a mail program opens, and a row, in process and over a socket', async () => {
    client = new ses.SESv2Client(await overSocket(gateway));
    const { MessageId } = await send({
      FromEmailAddress: 'Releases <releases@example.org>',
      Destination: {
        ToAddresses: ['one@example.net', 'Two <two@example.net>'],
        CcAddresses: ['three@example.net'],
        BccAddresses: ['hidden@example.net'],
      },
      ReplyToAddresses: ['team@example.org'],
    });
    expect(mails()).toEqual([
      [
        'From: Releases <releases@example.org>',
        'To: one@example.net,',
        ' Two <two@example.net>',
        'Cc: three@example.net',
        'Reply-To: team@example.org',
        'Subject: Hello',
        'Date: Thu, 01 Jan 2026 00:00:00 +0000',
        `Message-ID: <${MessageId}@eu-west-1.amazonses.com>`,
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=UTF-8',
        'Content-Transfer-Encoding: 8bit',
        '',
        'Good morning',
        '',
      ].join('\r\n'),
    ]);
    expect(readdirSync(join(directory, 'mailbox'))).toEqual([`2026-01-01T00-00-00.000Z-${MessageId}.eml`]);
    expect(service.sent()).toMatchObject([
      {
        id: MessageId,
        from: 'Releases <releases@example.org>',
        recipients: ['one@example.net', 'Two <two@example.net>', 'three@example.net', 'hidden@example.net'],
        subject: 'Hello',
      },
    ]);
  });

  it('keeps every alphabet, in its headers as encoded words', async () => {
    const subject = `Grüße ${'жизнь '.repeat(20)}🚀`;
    await send({ FromEmailAddress: 'Jörg <j@example.org>', Content: simple(subject, { Text: { Data: 'Straße' } }) });
    const [mail = ''] = mails();
    const decoded = (name: string) => {
      const value = new RegExp(`^${name}: (.*(?:\r\n .*)*)`, 'm').exec(mail)?.[1] ?? '';
      return [...value.matchAll(/=\?UTF-8\?B\?([^?]+)\?=/g)]
        .map(([, word = '']) => Buffer.from(word, 'base64').toString())
        .join('');
    };
    expect(decoded('Subject')).toBe(subject);
    expect(decoded('From')).toBe('Jörg');
    expect(mail).toContain(' <j@example.org>');
    expect(mail).toContain('\r\n\r\nStraße\r\n');
    for (const line of mail.split('\r\n')) expect(line.length).toBeLessThanOrEqual(98);
  });

  it('with text and HTML has both as alternatives, and lines of any length', async () => {
    const html = `<p>${'x'.repeat(2000)}</p>`;
    await send({ Content: simple('Both', { Text: { Data: 'plain\ntext' }, Html: { Data: html } }) });
    const [mail = ''] = mails();
    const boundary = /boundary="([^"]+)"/.exec(mail)?.[1] ?? '';
    const parts = mail.split(`--${boundary}`);
    expect(parts[1]).toContain('\r\n\r\nplain\r\ntext\r\n');
    const encoded = parts[2]?.split('\r\n\r\n')[1] ?? '';
    expect(Buffer.from(encoded, 'base64').toString()).toBe(html);
    expect(parts[3]).toBe('--\r\n');
  });

  it('cannot add headers or recipients through its fields', async () => {
    const bad = { name: 'BadRequestException' };
    const injected = send({ Content: simple('x\r\nBcc: evil@example.net', { Text: { Data: '' } }) });
    await expect(injected).rejects.toMatchObject(bad);
    for (const address of ['a@b\r\nBcc: c@d', 'a@b, c@d', 'nobody', 'a b@c']) {
      await expect(send({ Destination: { ToAddresses: [address] } })).rejects.toMatchObject(bad);
    }
  });
});

describe('a raw message', () => {
  const raw = (text: string) => ({ Raw: { Data: Buffer.from(text, 'latin1') } });

  it('is stored as it came, for the recipients of its headers or of the request', async () => {
    const text =
      'From: Releases <releases@example.org>\r\nTo: "Last, First" <one@example.net>,\r\n two@example.net\r\nSubject: Raw\r\n\r\n\xe9\r\nTo: no@example.net\r\n';
    const input = { FromEmailAddress: undefined, Destination: undefined, Content: raw(text) };
    await send(input);
    await send({ ...input, Destination: { BccAddresses: ['three@example.net'] } });
    const [file = ''] = readdirSync(join(directory, 'mailbox'));
    expect(readFileSync(join(directory, 'mailbox', file), 'latin1')).toBe(text);
    expect(service.sent().map(({ subject, recipients }) => ({ subject, recipients }))).toEqual([
      { subject: 'Raw', recipients: ['"Last, First" <one@example.net>', 'two@example.net'] },
      { subject: 'Raw', recipients: ['three@example.net'] },
    ]);
  });

  it('needs a sender and a recipient', async () => {
    const bad = { name: 'BadRequestException' };
    const nobody = { FromEmailAddress: undefined, Destination: undefined };
    await expect(send({ ...nobody, Content: raw('To: a@example.net\r\n\r\n') })).rejects.toMatchObject(bad);
    await expect(send({ ...nobody, Content: raw('From: a@example.org\r\n\r\n') })).rejects.toMatchObject(bad);
  });
});

describe('an identity', () => {
  it('must cover the sender, as an address, a domain or a domain above', async () => {
    await send({ FromEmailAddress: 'a@mail.Example.org' });
    await expect(send({ FromEmailAddress: 'a@example.com' })).rejects.toMatchObject({ name: 'MessageRejected' });
    await expect(send({ FromEmailAddress: 'a@notexample.org' })).rejects.toMatchObject({ name: 'MessageRejected' });
    await identity('a@example.com');
    await send({ FromEmailAddress: 'A <a@example.com>' });
    expect(service.sent()).toHaveLength(2);
  });

  it('is verified at once, listed in pages and deleted', async () => {
    await identity('a@example.com');
    const get = (EmailIdentity: string) => client.send(new ses.GetEmailIdentityCommand({ EmailIdentity }));
    expect(await get('a@example.com')).toMatchObject({
      IdentityType: 'EMAIL_ADDRESS',
      VerifiedForSendingStatus: true,
      VerificationStatus: 'SUCCESS',
    });
    await expect(identity('a@example.com')).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    const pages = [];
    for await (const page of ses.paginateListEmailIdentities({ client, pageSize: 1 }, {})) {
      pages.push(page.EmailIdentities?.map(({ IdentityName, IdentityType }) => `${IdentityType} ${IdentityName}`));
    }
    expect(pages).toEqual([['EMAIL_ADDRESS a@example.com'], ['DOMAIN example.org']]);
    await client.send(new ses.DeleteEmailIdentityCommand({ EmailIdentity: 'a@example.com' }));
    await expect(get('a@example.com')).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});

describe('the account', () => {
  it('counts what it sent in a day', async () => {
    await send();
    const account = () => client.send(new ses.GetAccountCommand({}));
    expect(await account()).toMatchObject({ ProductionAccessEnabled: true, SendQuota: { SentLast24Hours: 1 } });
    await clock.advance(86_400_001);
    expect((await account()).SendQuota?.SentLast24Hours).toBe(0);
  });
});

describe('what this service does not do', () => {
  it('is refused by name', async () => {
    await expect(send({ Content: { Template: { TemplateName: 't' } } })).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('Content.Template') as string,
    });
    const sets = client.send(new ses.ListConfigurationSetsCommand({}));
    await expect(sets).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});
