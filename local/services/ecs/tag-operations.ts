import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { definitionReference, invalidParameter } from './ecs-arn.ts';
import type { EcsContext } from './ecs-context.ts';
import type { Tag } from './records.ts';

const tag = z.strictObject({ key: z.string().min(1), value: z.string() });
const tagInput = z.strictObject({ resourceArn: z.string(), tags: z.array(tag) });
const untagInput = z.strictObject({ resourceArn: z.string(), tagKeys: z.array(z.string()) });
const listInput = z.strictObject({ resourceArn: z.string() });

/** Tags of task definitions and services, by their ARNs. */
export function tagOperations({ records }: EcsContext): Record<string, Operation> {
  const parse = <S extends z.ZodType>(schema: S, input: unknown) =>
    parseInput(schema, input, 'InvalidParameterException');
  const change = (arn: string, changed: (tags: readonly Tag[]) => readonly Tag[]): readonly Tag[] => {
    const service = records.service(arn);
    if (service) {
      service.tags = changed(service.tags);
      records.putService(service);
      return service.tags;
    }
    const definition = arn.includes(':task-definition/') ? records.definition(definitionReference(arn)) : undefined;
    if (!definition)
      throw invalidParameter(
        'The specified resource was not found. Only services and task definitions have tags here.',
      );
    definition.tags = changed(definition.tags);
    records.putDefinition(definition);
    return definition.tags;
  };

  return {
    TagResource(input) {
      const { resourceArn, tags } = parse(tagInput, input);
      const keys = tags.map(({ key }) => key);
      change(resourceArn, (present) => [...present.filter(({ key }) => !keys.includes(key)), ...tags]);
    },
    UntagResource(input) {
      const { resourceArn, tagKeys } = parse(untagInput, input);
      change(resourceArn, (present) => present.filter(({ key }) => !tagKeys.includes(key)));
    },
    ListTagsForResource: (input) => ({ tags: change(parse(listInput, input).resourceArn, (present) => present) }),
  };
}
