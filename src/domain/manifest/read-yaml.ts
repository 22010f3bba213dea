import type { Document, ParsedNode } from 'yaml';
import { Composer, Lexer, Parser } from 'yaml';
import type { CST } from 'yaml';
import type { FaultAt } from './manifest-fault.ts';
import { syntaxFault } from './syntax-fault.ts';

// Far above any manifest (about a thousand lines of settings), far below what makes the parser slow.
const MOST_PARTS = 8000;
const DEEPEST_NESTING = 24;
const MOST_SYNTAX_FAULTS = 10;

export type YamlReading =
  | { readonly ok: true; readonly root: ParsedNode }
  | { readonly ok: false; readonly faults: readonly FaultAt[] };

/** Reads one document of YAML 1.2, core schema, without merge keys. Lexes step by step so that it can stop in time. */
export function readYaml(text: string): YamlReading {
  const tokens: CST.Token[] = [];
  const parser = new Parser();
  let parts = 0;
  let parserErrors = 0;
  for (const lexeme of new Lexer().lex(text)) {
    // The parser works, and may fail, once per line and once per escape of a long text, which is a single lexeme.
    parts += 1 + (lexeme.match(/[\\\n]/g)?.length ?? 0);
    if (parts > MOST_PARTS) {
      const message = 'The file has too many parts from here on. Move scripts and data to files of their own.';
      return refusal('too_complex', parser.offset, message);
    }
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === 'error') parserErrors++;
    }
    if (parser.stack.length > DEEPEST_NESTING) {
      return refusal('too_deep', parser.offset, 'The file is nested too deeply here; no setting is that deep.');
    }
    // What follows is noise; the faults up to here are reported.
    if (parserErrors > MOST_SYNTAX_FAULTS) break;
  }
  tokens.push(...parser.end());
  return compose(tokens, text.length);
}

function compose(tokens: readonly CST.Token[], end: number): YamlReading {
  const directive = tokens.find((token) => token.type === 'directive' && token.source.trim() !== '%YAML 1.2');
  if (directive) return refusal('unsupported', directive.offset, 'Directives are not supported. Remove this line.');

  // Repeated keys are found when the source tree is built: the parser would compare every key with every other.
  const composer = new Composer({ uniqueKeys: false, stringKeys: true, merge: false, resolveKnownTags: false });
  const [first, second] = withoutStackTraces(() => [...composer.compose(tokens, true, end)]);
  if (second) {
    const message = 'A second document starts here. Keep one document, without "---" between settings.';
    return refusal('multiple_documents', second.range[0], message);
  }
  const faults = first ? syntaxFaultsOf(first) : [];
  if (faults.length > 0) return { ok: false, faults };
  const root = first?.contents;
  if (!root || (root.range[0] === root.range[1] && !('items' in root))) {
    return refusal('empty', 0, 'The file is empty. Start it with "apiVersion: deployment-service/v1".');
  }
  return { ok: true, root };
}

/** The parser makes an error per fault, hostile text has one per character, and a stack trace is what each costs. */
function withoutStackTraces<Result>(work: () => Result): Result {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function syntaxFaultsOf(document: Document.Parsed): readonly FaultAt[] {
  return [...document.errors, ...document.warnings]
    .sort((left, right) => left.pos[0] - right.pos[0])
    .slice(0, MOST_SYNTAX_FAULTS)
    .map((error) => syntaxFault(error));
}

function refusal(code: FaultAt['code'], offset: number, message: string): YamlReading {
  return { ok: false, faults: [{ code, pointer: '', offset, message }] };
}
