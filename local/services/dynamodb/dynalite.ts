import { createRequire } from 'node:module';
import { ServiceFault } from '../../gateway/wire.ts';
import type { DocumentPath } from './document-path.ts';
import { validation } from './faults.ts';

/*
 * The one door to dynalite, whose expression grammars and messages come from years of probing the real service. Only its pure parts
 * are used: no database of it is ever opened. It ships no types; these describe what it returns.
 */

/** A literal stands for an expression value: the very object that was passed in under the value's name. */
export type Literal = Readonly<Record<string, unknown>>;
export type ParsedNode = { readonly type: string; readonly name?: string; readonly args: readonly ParsedOperand[] };
export type ParsedOperand = DocumentPath | ParsedNode | Literal;

export interface ParsedSection {
  readonly type: 'set' | 'remove' | 'add' | 'delete';
  readonly path: DocumentPath;
  readonly val: ParsedOperand;
}

export interface ParsedCondition {
  readonly expression: ParsedNode;
  readonly pathHeads: Readonly<Record<string, true>>;
}

/** Members of a request that carry expressions; the parser adds what it read under the names with an underscore. */
export interface ExpressionMembers {
  ConditionExpression?: string | undefined;
  FilterExpression?: string | undefined;
  KeyConditionExpression?: string | undefined;
  UpdateExpression?: string | undefined;
  ProjectionExpression?: string | undefined;
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

export interface ParsedMembers extends ExpressionMembers {
  readonly _condition?: ParsedCondition;
  readonly _filter?: ParsedCondition;
  readonly _keyCondition?: ParsedCondition;
  readonly _updates?: { readonly sections: readonly ParsedSection[]; readonly paths: readonly DocumentPath[] };
  readonly _projection?: { readonly paths: readonly DocumentPath[] };
}

export type ParsedKeyConditions = Readonly<
  Record<string, { readonly ComparisonOperator: string; readonly AttributeValueList: readonly ParsedOperand[] }>
>;

interface Validations {
  validateExpressionParams(data: ExpressionMembers, expressions: string[], others: string[]): string | undefined;
  validateExpressions(data: ExpressionMembers): string | undefined;
  convertKeyCondition(expression: ParsedNode): ParsedKeyConditions | string;
  checkTypes(data: Record<string, unknown>, types: unknown): Record<string, unknown>;
  checkValidations(data: Record<string, unknown>, types: unknown, custom: unknown): void;
}

const require = createRequire(import.meta.url);
const validations = require('dynalite/validations/index.js') as Validations;
const createTable = require('dynalite/validations/createTable.js') as { types: unknown; custom: unknown };

const EXPRESSIONS = [
  'ProjectionExpression',
  'UpdateExpression',
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
];

/** @throws ServiceFault ValidationException in DynamoDB's own words */
export function parseMembers(members: ExpressionMembers): ParsedMembers {
  const data = { ...members };
  const fault = validations.validateExpressionParams(data, EXPRESSIONS, []) ?? validations.validateExpressions(data);
  if (fault) throw validation(fault);
  return data;
}

/** @throws ServiceFault ValidationException */
export function parseKeyCondition(expression: ParsedNode): ParsedKeyConditions {
  const conditions = validations.convertKeyCondition(expression);
  if (typeof conditions === 'string') throw validation(conditions);
  return conditions;
}

/** @throws ServiceFault for whatever DynamoDB refuses in a CreateTable request */
export function checkCreateTable(input: Record<string, unknown>): void {
  try {
    // A copy, because dynalite deletes what it does not know, and the unknown must be named to the caller.
    const data = validations.checkTypes(structuredClone(input), createTable.types);
    validations.checkValidations(data, createTable.types, createTable.custom);
  } catch (error) {
    const body = (error as { body?: { __type: string; message?: string; Message?: string } }).body;
    if (!body) throw error;
    throw new ServiceFault(body.__type.replace(/^.*#/, ''), body.message ?? body.Message ?? '');
  }
}
