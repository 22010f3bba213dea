import * as z from 'zod';
import type { Template } from './synthesized.ts';

const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': '000000000000',
  'AWS::Region': 'eu-west-1',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};
const text = z.string();
const pair = z.tuple([z.string(), z.unknown()]);

/**
 * Writes out the references of templates so that two of them can be compared as strings: `<stack>/<id>` for a `Ref`,
 * `<stack>/<id>.<attribute>` for a `GetAtt`, and an import as what the other stack exports.
 */
export function resolver(templates: ReadonlyMap<string, Template>): (stack: string, value: unknown) => unknown {
  const exported = new Map(
    [...templates].flatMap(([stack, { Outputs }]) =>
      Object.values(Outputs).flatMap(({ Value, Export }) => (Export ? [[Export.Name, { stack, Value }] as const] : [])),
    ),
  );

  const resolve = (stack: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each) => resolve(stack, each));
    if (typeof value !== 'object' || value === null) return value;
    const [entry, ...others] = Object.entries(value);
    if (entry && others.length === 0) {
      const [name, argument] = entry as [string, unknown];
      switch (name) {
        case 'Ref':
          return pseudo[text.parse(argument)] ?? `${stack}/${text.parse(argument)}`;
        case 'Fn::GetAtt':
          return `${stack}/${z.array(text).parse(argument).join('.')}`;
        case 'Fn::ImportValue': {
          const source = exported.get(text.parse(argument));
          if (!source) throw new Error(`Nothing exports ${String(argument)}.`);
          return resolve(source.stack, source.Value);
        }
        case 'Fn::Join': {
          const [separator, parts] = pair.parse(argument);
          return z.array(text).parse(resolve(stack, parts)).join(separator);
        }
        case 'Fn::Sub':
          return text
            .parse(argument)
            .replaceAll(/\$\{([\w:]+)\}/g, (_, variable: string) => pseudo[variable] ?? variable);
        case 'Fn::Split': {
          const [separator, whole] = pair.parse(argument);
          return text.parse(resolve(stack, whole)).split(separator);
        }
        case 'Fn::Select': {
          const [index, list] = z.tuple([z.number(), z.unknown()]).parse(argument);
          return z.array(text).parse(resolve(stack, list))[index] ?? '';
        }
        default:
          break;
      }
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(stack, each)]));
  };
  return resolve;
}
