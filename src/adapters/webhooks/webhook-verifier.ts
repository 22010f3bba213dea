import type { Clock } from '#ports/clock.ts';
import type { ReceivedDelivery, WebhookVerifier } from '#ports/webhook-verifier.ts';
import type { Provider } from '#schemas/workflows/push-origin.ts';
import { isFromGithub } from '../github/verify-delivery.ts';
import { isFromGitlab } from '../gitlab/verify-delivery.ts';
import type { NamedSecrets } from '../secretsmanager/named-secrets.ts';
import { secretsIn } from '../secretsmanager/secrets-in.ts';
import type { DeliveryCheck } from './delivery-check.ts';

const checks: Readonly<Record<Provider, DeliveryCheck>> = { github: isFromGithub, gitlab: isFromGitlab };

/** Checks deliveries by the secrets `<prefix>/github` and `<prefix>/gitlab`. */
export class SecretWebhookVerifier implements WebhookVerifier {
  readonly #secrets: NamedSecrets;
  readonly #prefix: string;
  readonly #clock: Clock;

  constructor(secrets: NamedSecrets, prefix: string, clock: Clock) {
    this.#secrets = secrets;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  async verify(delivery: ReceivedDelivery): Promise<boolean> {
    const secrets = secretsIn(await this.#secrets.value(`${this.#prefix}/${delivery.provider}`));
    return checks[delivery.provider](delivery, secrets, this.#clock.now().getTime());
  }
}
