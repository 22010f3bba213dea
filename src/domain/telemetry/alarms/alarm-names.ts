import type { AlarmRow, Severity } from './alarm.ts';

export const alarmTopicNames: Readonly<Record<Severity, string>> = {
  page: 'deployment-service-pages',
  ticket: 'deployment-service-tickets',
};

export function alarmName(id: string): string {
  return `deployment-service-${id}`;
}

/** Of the alarm that a ticket becomes when it does not end. */
export function persistingAlarmName(id: string): string {
  return `${alarmName(id)}-goes-on`;
}

/**
 * What an alarm says besides its state.
 *
 * @param runbook where the runbook is read
 */
export function alarmDescription({ id, title }: AlarmRow, runbook: string): string {
  return `${title}. What to do: ${runbook}#${id}`;
}
