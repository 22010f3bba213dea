/** The name in the ARN of a function, with or without a qualifier; a name is left as it is. */
export function functionNameIn(arn: string): string {
  return /^arn:aws:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(arn)?.[1] ?? arn;
}
