import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '#ports/clock.ts';
import type { Notifier } from '#ports/notifier.ts';
import { hostList } from '../http/host-list.ts';
import { NamedSecrets } from '../secretsmanager/named-secrets.ts';
import { SecretReader } from '../secretsmanager/secret-reader.ts';
import { SesEmailSender } from '../ses/email-sender.ts';
import { ChannelNotifier } from './channel-notifier.ts';
import { ServiceNotifier } from './service-notifier.ts';

interface NotifierOptions {
  readonly clients: {
    readonly secrets: () => SecretsManagerClient;
    readonly parameters: () => SSMClient;
    readonly email: () => SESv2Client;
  };
  readonly clock: Clock;
  readonly webhookHosts: string | undefined;
  readonly privateWebhookHosts: string | undefined;
  readonly emailSender: string | undefined;
  /** Of a service that sends in the place of this one. */
  readonly serviceUrl: string | undefined;
  /** Name of the secret that holds its token. */
  readonly serviceToken: string | undefined;
}

/** The notifier that the configuration wants: an external service where one is named, else the built-in one. */
export function openNotifier(options: NotifierOptions): Notifier {
  const { clock, serviceUrl, serviceToken } = options;
  const clients = {
    secrets: kept(options.clients.secrets),
    parameters: kept(options.clients.parameters),
    email: kept(options.clients.email),
  };
  if (serviceUrl !== undefined) {
    const tokens = new NamedSecrets(clients.secrets, clock);
    return new ServiceNotifier({
      url: serviceUrl,
      token: async () => (serviceToken === undefined ? undefined : tokens.value(serviceToken)),
    });
  }
  return new ChannelNotifier({
    secrets: new SecretReader(clients, clock),
    email: new SesEmailSender(clients.email, options.emailSender),
    hosts: { open: hostList(options.webhookHosts), private: hostList(options.privateWebhookHosts) },
  });
}

function kept<Client>(make: () => Client): () => Client {
  let made: Client | undefined;
  return () => (made ??= make());
}
