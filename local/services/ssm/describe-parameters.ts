import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { pageOf } from './page-of.ts';
import { invalid, parameterArn } from './parameter-names.ts';
import type { Parameter, ParameterStore } from './parameter-store.ts';
import { isBelow } from './read-operations.ts';

const Filter = z.strictObject({
  Key: z.enum(['Name', 'Type', 'Path'], 'the local endpoint filters by Name, Type and Path'),
  Option: z.enum(['Equals', 'BeginsWith', 'Contains', 'Recursive', 'OneLevel']).optional(),
  Values: z.array(z.string().min(1)).min(1).max(50),
});

const describeInput = z.strictObject({
  ParameterFilters: z.array(Filter).default([]),
  MaxResults: z.int().min(1).max(50).default(50),
  NextToken: z.string().optional(),
});

type Test = (text: string, value: string) => boolean;

/** The options that AWS takes for each key, and the one it takes when none is given. */
const TESTS: Readonly<Record<z.output<typeof Filter>['Key'], Readonly<Partial<Record<string, Test>>>>> = {
  Name: {
    Equals: (name, value) => name === value,
    BeginsWith: (name, value) => name.startsWith(value),
    Contains: (name, value) => name.includes(value),
  },
  Type: { Equals: (type, value) => type === value },
  Path: {
    OneLevel: (name, value) => isBelow(name, value, false),
    Recursive: (name, value) => isBelow(name, value, true),
  },
};

/** What there is, without values. */
export function describeParameters(parameters: ParameterStore): Operation {
  return (input) => {
    const request = parseInput(describeInput, input);
    const tests = request.ParameterFilters.map(compile);
    const found = parameters.list().filter((parameter) => tests.every((passes) => passes(parameter)));
    const { page, ...next } = pageOf(found, request);
    return {
      Parameters: page.map((parameter) => ({
        Name: parameter.name,
        ARN: parameterArn(parameter.name),
        Type: parameter.type,
        KeyId: parameter.keyId,
        LastModifiedDate: parameter.modifiedMs / 1000,
        LastModifiedUser: 'arn:aws:iam::000000000000:user/local',
        Description: parameter.description,
        AllowedPattern: parameter.allowedPattern,
        Version: parameter.version,
        Tier: parameter.tier,
        Policies: [],
        DataType: 'text',
      })),
      ...next,
    };
  };
}

function compile({ Key, Option, Values }: z.output<typeof Filter>): (parameter: Parameter) => boolean {
  const test = TESTS[Key][Option ?? (Key === 'Path' ? 'OneLevel' : 'Equals')];
  if (!test) throw invalid(`The following filter option is not valid for ${Key}: ${Option}.`);
  return (parameter) => Values.some((value) => test(Key === 'Type' ? parameter.type : parameter.name, value));
}
