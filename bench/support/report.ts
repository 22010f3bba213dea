import { describeMachine } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { round, tableText, type Table } from './table.ts';

/** What a benchmark must hold. */
export interface Gate {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  /** Default: at most. */
  readonly kind?: 'at most' | 'below' | 'exactly';
  readonly unit?: string;
}

export interface Report {
  readonly bench: string;
  readonly tables: readonly Table[];
  readonly gates: readonly Gate[];
}

/** Prints the figures and the machine that they are of. A gate that is missed makes the process end with 1. */
export function report({ bench, tables, gates }: Report, { json, short }: BenchOptions): void {
  const machine = describeMachine();
  const at = new Date().toISOString();
  const missed = gates.filter((gate) => !holds(gate));
  if (missed.length > 0) process.exitCode = 1;
  if (json) {
    const judged = gates.map((gate) => ({ ...gate, kind: gate.kind ?? 'at most', held: holds(gate) }));
    process.stdout.write(`${JSON.stringify({ bench, at, short, machine, tables, gates: judged }, null, 2)}\n`);
    return;
  }
  const { cpu, cores, memoryGiB, node, system } = machine;
  process.stdout.write(
    `${bench}${short ? ' (short)' : ''}, ${at.slice(0, 10)}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, ${system}\n\n`,
  );
  for (const table of tables) process.stdout.write(`${tableText(table)}\n`);
  for (const gate of gates) process.stdout.write(`${holds(gate) ? 'held  ' : 'MISSED'}  ${gateText(gate)}\n`);
}

/** While a benchmark runs; standard output is for its figures alone. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function holds({ value, limit, kind = 'at most' }: Gate): boolean {
  if (kind === 'exactly') return value === limit;
  return kind === 'below' ? value < limit : value <= limit;
}

function gateText({ name, value, limit, kind = 'at most', unit = '' }: Gate): string {
  const withUnit = (number: number): string => (unit === '' ? String(round(number)) : `${round(number)} ${unit}`);
  return `${name}: ${withUnit(value)} (${kind} ${withUnit(limit)})`;
}
