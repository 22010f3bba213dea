import { ServiceFault } from '#local/gateway/wire.ts';
import { compileJsonPath } from './json-path.ts';

/** How a target wants its event; at most one of the three. */
export interface InputShape {
  readonly Id: string;
  readonly Input?: string | undefined;
  readonly InputPath?: string | undefined;
  readonly InputTransformer?:
    | {
        readonly InputPathsMap?: Readonly<Record<string, string>> | undefined;
        readonly InputTemplate: string;
      }
    | undefined;
}

/** What a template may name besides the variables of its own map. */
interface RuleFacts {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly ingestionTime: string;
}

type MakeInput = (event: Readonly<Record<string, unknown>>, rule: RuleFacts) => unknown;

/**
 * Checks a target's input and compiles it.
 *
 * @throws ServiceFault `ValidationException`
 */
export function compileInput(target: InputShape): MakeInput {
  const { Id, Input, InputPath, InputTransformer } = target;
  if ([Input, InputPath, InputTransformer].filter((each) => each !== undefined).length > 1) {
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
  }
  if (Input !== undefined) {
    const constant = parse(Input, `JSON syntax error in input for target ${Id}`);
    return () => constant;
  }
  if (InputPath !== undefined) {
    const read = compileJsonPath(InputPath);
    return (event) => read(event) ?? null;
  }
  return InputTransformer ? compileTemplate(Id, InputTransformer) : (event) => event;
}

function compileTemplate(id: string, transformer: NonNullable<InputShape['InputTransformer']>): MakeInput {
  const paths = Object.entries(transformer.InputPathsMap ?? {}).map(([name, path]) => {
    if (name.startsWith('AWS.') || name.startsWith('aws.')) throw invalid(`InputPathsMap key ${name} is reserved.`);
    return [name, compileJsonPath(path)] as const;
  });
  const known = new Set([...paths.map(([name]) => name), ...Object.keys(reserved({}, NO_RULE))]);
  const pieces = cut(transformer.InputTemplate);
  for (const piece of pieces) {
    if (piece.variable !== undefined && !known.has(piece.variable)) {
      throw invalid(`Invalid InputTemplate for target ${id} : it contains invalid placeholder ${piece.variable}.`);
    }
  }
  // The same text in every respect that can break it: what a variable holds never does.
  parse(fill(pieces, {}), `Invalid InputTemplate for target ${id} : it is not JSON once its variables are filled in.`);
  return (event, rule) => {
    const own = Object.fromEntries(paths.map(([name, read]) => [name, read(event)]));
    return JSON.parse(fill(pieces, { ...reserved(event, rule), ...own })) as unknown;
  };
}

const NO_RULE: RuleFacts = { ruleArn: '', ruleName: '', ingestionTime: '' };

function reserved(event: Readonly<Record<string, unknown>>, rule: RuleFacts): Record<string, unknown> {
  const { detail: _left, ...withoutDetail } = event;
  return {
    'aws.events.rule-arn': rule.ruleArn,
    'aws.events.rule-name': rule.ruleName,
    'aws.events.event.ingestion-time': rule.ingestionTime,
    'aws.events.event': withoutDetail,
    'aws.events.event.json': event,
  };
}

interface Piece {
  readonly text: string;
  readonly variable: string | undefined;
  /** Whether the variable stands inside a JSON string, where its text goes in without quotes. */
  readonly quoted: boolean;
}

function cut(template: string): Piece[] {
  const pieces: Piece[] = [];
  let quoted = false;
  for (const [token] of template.matchAll(/<([\w.-]+)>|\\.|"|[^<"\\]+|[<\\]/gs)) {
    const variable = /^<([\w.-]+)>$/.exec(token)?.[1];
    if (token === '"') quoted = !quoted;
    pieces.push({ text: token, variable, quoted });
  }
  return pieces;
}

/** A variable without a value is an empty text inside a string, and null elsewhere. */
function fill(pieces: readonly Piece[], values: Readonly<Record<string, unknown>>): string {
  return pieces
    .map(({ text, variable, quoted }) => {
      if (variable === undefined) return text;
      const value = values[variable];
      if (!quoted) return JSON.stringify(value ?? null);
      const plain =
        value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
      return JSON.stringify(plain).slice(1, -1);
    })
    .join('');
}

function parse(text: string, otherwise: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(otherwise);
  }
}

function invalid(message: string): ServiceFault {
  return new ServiceFault('ValidationException', message);
}
