import { functionCatalog, nameOf, type FunctionRow } from '#functions/catalog.ts';
import { rolePermissions } from '#domain/access/permissions.ts';
import { transitions } from '#domain/deployment/transitions.ts';
import { problemOf } from '#domain/refusal.ts';
import { metricCatalog, metricNamespace } from '#domain/telemetry/metric-catalog.ts';
import { eventCatalog } from '#schemas/events/catalog.ts';
import { machineCatalog } from '#state-machines/catalog.ts';

/** `docs/reference.md`: the tables that a reader looks things up in, straight from the catalogs. */
export function catalogReference(): string {
  const sections = [
    '# Reference',
    'Written by `npm run gen` from the catalogs; do not edit.',
    '## Operations',
    table(
      ['operation', 'request', 'permission', 'what for'],
      functionCatalog.flatMap(({ trigger }) =>
        trigger.kind === 'api'
          ? [
              [
                trigger.contract.operation,
                `\`${trigger.contract.method} ${trigger.contract.path}\``,
                trigger.contract.permission,
                trigger.contract.summary,
              ],
            ]
          : [],
      ),
    ),
    '## Roles',
    table(
      ['role', 'permissions'],
      Object.entries(rolePermissions).map(([role, permissions]) => [role, permissions.join(', ')]),
    ),
    '## Functions',
    table(
      ['function', 'runs on', 'may'],
      functionCatalog.map((row) => [nameOf(row), triggerOf(row), row.needs.join(', ') || 'nothing']),
    ),
    '## State machines',
    table(
      ['machine', 'file', 'tasks and projects'],
      machineCatalog.map(({ name, file, bindings }) => [
        name,
        `\`state-machines/${file}\``,
        Object.values(bindings)
          .flatMap((binding) => ('name' in binding ? [binding.name] : []))
          .join(', '),
      ]),
    ),
    '## Statuses of a deployment',
    diagram(),
    '## Events',
    table(
      ['detail-type', 'example'],
      eventCatalog.map(({ type }) => [`\`${type}\``, `\`schemas/events/examples/${type}.json\``]),
    ),
    '## Metrics',
    `In CloudWatch, namespace \`${metricNamespace}\`.`,
    table(
      ['metric', 'unit', 'by', 'meaning'],
      Object.entries(metricCatalog).map(([name, { unit, dimensionSets, meaning }]) => [
        `\`${name}\``,
        unit,
        dimensionSets.map((set) => set.join(', ')).join('; and '),
        meaning,
      ]),
    ),
    '## Problems',
    table(
      ['code', 'status', 'title'],
      Object.entries(problemOf).map(([code, { status, title }]) => [`\`${code}\``, String(status), title]),
    ),
  ];
  return `${sections.join('\n\n')}\n`;
}

function triggerOf({ trigger }: FunctionRow): string {
  switch (trigger.kind) {
    case 'api':
      return `${trigger.contract.method} ${trigger.contract.path}`;
    case 'event':
      return `event ${trigger.pattern['detail-type'].join(', ')}`;
    case 'schedule':
      return `every ${trigger.everyMinutes} min`;
    case 'table-stream':
      return `stream of the table: ${trigger.rows.map(({ eventName, pk, sk = '' }) => `${eventName} of \`${pk}…${sk && ` ${sk}…`}\``).join(', ')}`;
    case 'task':
      return 'a state of a machine';
    case 'runner':
      return 'a build';
    case 'build-logs':
      return 'what builds write';
    case 'authorizer':
      return 'every request with a token';
  }
}

function diagram(): string {
  const arrows = Object.entries(transitions).flatMap(([from, nexts]) => nexts.map((to) => `  ${from} --> ${to}`));
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> queued', ...arrows, '```'].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
