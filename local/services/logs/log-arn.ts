const REGION = 'eu-west-1';
/** The account that owns everything on the local endpoint. */
export const LOG_OWNER = '000000000000';

export function logGroupArn(group: string): string {
  return `arn:aws:logs:${REGION}:${LOG_OWNER}:log-group:${group}`;
}

export function logStreamArn(group: string, stream: string): string {
  return `${logGroupArn(group)}:log-stream:${stream}`;
}
