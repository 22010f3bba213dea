import { invalidParameter } from './log-input.ts';

/** A place between events in the order of reading: by timestamp, and by arrival among equals. */
export interface EventPosition {
  readonly timestamp: number;
  readonly seq: number;
}

export function writePosition(position: EventPosition): string {
  return `${position.timestamp}-${position.seq}`;
}

/** @throws ServiceFault `InvalidParameterException` for a token that this endpoint did not write */
export function readPosition(text: string): EventPosition {
  const match = /^(\d+)-(\d+)$/.exec(text);
  if (!match) throw invalidParameter('The specified nextToken is invalid.');
  return { timestamp: Number(match[1]), seq: Number(match[2]) };
}
