import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { pageOf } from './page-of.ts';
import { invalid, parameterArn, ParameterReference, readReference } from './parameter-names.ts';
import type { Parameter, ParameterStore } from './parameter-store.ts';

const WithDecryption = z.boolean().default(false);
const NextToken = z.string().optional();

const getInput = z.strictObject({ Name: ParameterReference, WithDecryption });
const getManyInput = z.strictObject({ Names: z.array(ParameterReference).min(1).max(10), WithDecryption });
const byPathInput = z.strictObject({
  Path: z.string().regex(/^\//, 'The parameter path must be fully qualified and begin with /.'),
  Recursive: z.boolean().default(false),
  WithDecryption,
  MaxResults: z.int().min(1).max(10).default(10),
  NextToken,
});

/** Operations that answer values. */
export function readOperations(parameters: ParameterStore): Readonly<Record<string, Operation>> {
  const shown = (parameter: Parameter, decrypt: boolean, selector?: string) => ({
    Name: parameter.name,
    Type: parameter.type,
    Value:
      parameter.type === 'SecureString' && !decrypt ? parameters.ciphertext(parameter) : parameters.value(parameter),
    Version: parameter.version,
    ...(selector !== undefined && { Selector: `:${selector}` }),
    LastModifiedDate: parameter.modifiedMs / 1000,
    ARN: parameterArn(parameter.name),
    DataType: 'text',
  });
  return {
    GetParameter(input) {
      const { Name, WithDecryption: decrypt } = parseInput(getInput, input);
      return { Parameter: shown(parameters.require(Name), decrypt, readReference(Name).selector) };
    },
    GetParameters(input) {
      const { Names, WithDecryption: decrypt } = parseInput(getManyInput, input);
      if (new Set(Names).size < Names.length) throw invalid('Names must not hold a name twice.');
      const found = Names.map((name) => ({ name, parameter: ifThere(parameters, name) }));
      return {
        Parameters: found.flatMap(({ name, parameter }) =>
          parameter ? [shown(parameter, decrypt, readReference(name).selector)] : [],
        ),
        InvalidParameters: found.filter(({ parameter }) => !parameter).map(({ name }) => name),
      };
    },
    GetParametersByPath(input) {
      const request = parseInput(byPathInput, input);
      const below = parameters.list().filter(({ name }) => isBelow(name, request.Path, request.Recursive));
      const { page, ...next } = pageOf(below, request);
      return { Parameters: page.map((parameter) => shown(parameter, request.WithDecryption)), ...next };
    },
  };
}

/** Whether a name lies in a path: directly, or at any depth. */
export function isBelow(name: string, path: string, recursive: boolean): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`;
  const whole = name.startsWith('/') ? name : `/${name}`;
  if (!whole.startsWith(folder)) return false;
  return recursive || !whole.slice(folder.length).includes('/');
}

function ifThere(parameters: ParameterStore, name: string): Parameter | undefined {
  try {
    return parameters.require(name);
  } catch (error) {
    if (error instanceof ServiceFault) return undefined;
    throw error;
  }
}
