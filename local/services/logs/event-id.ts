/** An event's id as AWS writes it: 56 digits, so that comparing the strings is comparing the order of arrival. */
export function eventId(seq: number): string {
  return `3${String(seq).padStart(55, '0')}`;
}
