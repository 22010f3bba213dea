import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { publicKeyDer, SPECS, type Key, type KeySpec, type KeyStore } from './keys.ts';
import { signDigest, verifyDigest } from './p256.ts';

const KeyId = z.string().min(1).max(2048);
const blob = (maxBytes: number) =>
  z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((bytes) => bytes.length >= 1 && bytes.length <= maxBytes, `must have 1 to ${maxBytes} bytes`);
const Message = blob(4096);
const DryRun = z.literal(false, 'the local endpoint has no dry run').optional();

const Signing = z.strictObject({
  KeyId,
  Message,
  MessageType: z.enum(['RAW', 'DIGEST']).default('RAW'),
  SigningAlgorithm: z.string(),
  DryRun,
});
const Verifying = Signing.extend({ Signature: blob(6144) });
const MacMaking = z.strictObject({ KeyId, Message, MacAlgorithm: z.string(), DryRun });
const MacChecking = MacMaking.extend({ Mac: blob(6144) });

/** What keys are for: signatures, MACs and the public half. */
export function cryptoOperations(keys: KeyStore): Readonly<Record<string, Operation>> {
  return {
    GetPublicKey(input) {
      const key = usableKey(keys, parseInput(z.strictObject({ KeyId }), input).KeyId, 'ECC_NIST_P256');
      return {
        KeyId: key.arn,
        PublicKey: Buffer.from(publicKeyDer(key.secret)).toString('base64'),
        CustomerMasterKeySpec: key.spec,
        KeySpec: key.spec,
        KeyUsage: SPECS[key.spec].usage,
        SigningAlgorithms: [SPECS[key.spec].algorithm],
      };
    },
    Sign(input) {
      const request = parseInput(Signing, input);
      const key = usableKey(keys, request.KeyId, 'ECC_NIST_P256', request.SigningAlgorithm);
      const signature = signDigest(key.secret, digestOf(request));
      return {
        KeyId: key.arn,
        Signature: Buffer.from(signature).toString('base64'),
        SigningAlgorithm: request.SigningAlgorithm,
      };
    },
    Verify(input) {
      const request = parseInput(Verifying, input);
      const key = usableKey(keys, request.KeyId, 'ECC_NIST_P256', request.SigningAlgorithm);
      if (!verifyDigest(key.secret, digestOf(request), request.Signature)) {
        throw new ServiceFault('KMSInvalidSignatureException', 'The signature does not match.');
      }
      return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: request.SigningAlgorithm };
    },
    GenerateMac(input) {
      const request = parseInput(MacMaking, input);
      const key = usableKey(keys, request.KeyId, 'HMAC_256', request.MacAlgorithm);
      const mac = createHmac('sha256', key.secret).update(request.Message).digest('base64');
      return { KeyId: key.arn, Mac: mac, MacAlgorithm: request.MacAlgorithm };
    },
    VerifyMac(input) {
      const request = parseInput(MacChecking, input);
      const key = usableKey(keys, request.KeyId, 'HMAC_256', request.MacAlgorithm);
      const mac = createHmac('sha256', key.secret).update(request.Message).digest();
      if (mac.length !== request.Mac.length || !timingSafeEqual(mac, request.Mac)) {
        throw new ServiceFault('KMSInvalidMacException', 'The MAC does not match.');
      }
      return { KeyId: key.arn, MacValid: true, MacAlgorithm: request.MacAlgorithm };
    },
  };
}

function usableKey(keys: KeyStore, reference: string, spec: KeySpec, algorithm?: string): Key {
  const key = keys.find(reference);
  if (!key.enabled) throw new ServiceFault('DisabledException', `${key.arn} is disabled.`);
  if (key.spec !== spec || (algorithm !== undefined && algorithm !== SPECS[spec].algorithm)) {
    throw new ServiceFault(
      'InvalidKeyUsageException',
      `${key.arn} is a key of spec ${key.spec} for ${SPECS[key.spec].algorithm}${algorithm ? `, not for ${algorithm}` : ''}.`,
    );
  }
  return key;
}

function digestOf({ Message, MessageType }: z.output<typeof Signing>): Uint8Array {
  if (MessageType === 'RAW') return createHash('sha256').update(Message).digest();
  if (Message.length !== 32) {
    throw new ServiceFault('ValidationException', 'Digest is invalid length for algorithm ECDSA_SHA_256.');
  }
  return Message;
}
