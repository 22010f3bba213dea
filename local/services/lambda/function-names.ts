import { invalidParameter } from './faults.ts';

const ARN_PREFIX = 'arn:aws:lambda:eu-west-1:000000000000:function:';
const NAME =
  /^(?:(?:arn:aws:lambda:eu-west-1:)?000000000000:function:)?([A-Za-z0-9_-]{1,64})(?::([A-Za-z0-9$_-]{1,128}))?$/;

export interface FunctionReference {
  readonly functionName: string;
  readonly qualifier: string | undefined;
}

/** Reads a name, a partial ARN or a whole ARN, with or without a qualifier; `given` is the separate qualifier. */
export function parseFunctionName(text: string, given?: string): FunctionReference {
  const [, functionName, inName] = NAME.exec(text) ?? [];
  if (functionName === undefined) {
    throw invalidParameter(`"${text}" is no function name, nor an ARN of account 000000000000 in eu-west-1.`);
  }
  if (inName !== undefined && given !== undefined && inName !== given) {
    throw invalidParameter('The derived qualifier from the function name does not match the specified qualifier.');
  }
  return { functionName, qualifier: given ?? inName };
}

export function functionArn(functionName: string, qualifier?: string): string {
  return ARN_PREFIX + functionName + (qualifier === undefined ? '' : `:${qualifier}`);
}
