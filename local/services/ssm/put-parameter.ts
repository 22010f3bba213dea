import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import { invalid, ParameterName } from './parameter-names.ts';
import type { ParameterStore } from './parameter-store.ts';

const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;

const putInput = z.strictObject({
  Name: ParameterName,
  Value: z.string().min(1),
  Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
  Description: z.string().max(1024).optional(),
  KeyId: z.string().max(256).optional(),
  Overwrite: z.boolean().default(false),
  AllowedPattern: z.string().max(1024).optional(),
  Tier: z.enum(['Standard', 'Advanced', 'Intelligent-Tiering']).default('Standard'),
  DataType: z.literal('text').optional(),
});

export function putParameter(store: DatabaseSync, clock: HostClock, parameters: ParameterStore): Operation {
  return (input) => {
    const request = parseInput(putInput, input);
    const tier = tierFor(request.Tier, Buffer.byteLength(request.Value));
    checkPattern(request.Value, request.AllowedPattern);
    return transaction(store, () => {
      const before = parameters.newest(request.Name);
      if (before && !request.Overwrite) {
        throw new ServiceFault(
          'ParameterAlreadyExists',
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        );
      }
      const type = request.Type ?? before?.type;
      if (!type) throw invalid('A parameter type is required when you create a parameter.');
      if (before && before.type !== type) {
        throw new ServiceFault(
          'HierarchyTypeMismatchException',
          `${request.Name} is a ${before.type} and cannot become a ${type}. Delete it first.`,
        );
      }
      if (request.KeyId !== undefined && type !== 'SecureString') throw invalid('KeyId is for a SecureString only.');
      const version = (before?.version ?? 0) + 1;
      parameters.add(
        {
          name: request.Name,
          version,
          type,
          tier,
          description: request.Description ?? before?.description,
          keyId: type === 'SecureString' ? (request.KeyId ?? before?.keyId ?? 'alias/aws/ssm') : undefined,
          allowedPattern: request.AllowedPattern,
          modifiedMs: clock.now(),
        },
        request.Value,
      );
      return { Version: version, Tier: tier };
    });
  };
}

function tierFor(asked: z.output<typeof putInput>['Tier'], bytes: number): 'Standard' | 'Advanced' {
  const tier = asked === 'Intelligent-Tiering' ? (bytes > STANDARD_BYTES ? 'Advanced' : 'Standard') : asked;
  const most = tier === 'Standard' ? STANDARD_BYTES : ADVANCED_BYTES;
  if (bytes <= most) return tier;
  throw invalid(`${tier} tier parameters support a maximum parameter value of ${most} characters.`);
}

/** The message leaves the value out: it may be a secret. */
function checkPattern(value: string, pattern: string | undefined): void {
  if (pattern === undefined) return;
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    throw new ServiceFault('InvalidAllowedPatternException', `${pattern} is no regular expression.`);
  }
  if (expression.test(value)) return;
  throw new ServiceFault(
    'ParameterPatternMismatchException',
    `Parameter value failed to satisfy the regular expression ${pattern}.`,
  );
}
