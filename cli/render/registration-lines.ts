import { isDeepStrictEqual } from 'node:util';
import type { ServiceView } from '#schemas/api/register-service.ts';
import type { Paint } from './paint.ts';
import { table } from './table.ts';

type Target = ServiceView['environments'][string];

/** Where each environment is, and where there was a registration before, what became of those it had. */
export function registrationLines(
  { environments }: ServiceView,
  before: ServiceView | undefined,
  paint: Paint,
): readonly string[] {
  const had = before?.environments ?? {};
  const kept = Object.entries(environments).map(([name, target]) =>
    row(name, target, before && changeOf(had[name], target, paint), paint),
  );
  const dropped = Object.entries(had)
    .filter(([name]) => !Object.hasOwn(environments, name))
    .map(([name, target]) => row(name, target, paint.red('dropped'), paint));
  return table([...kept, ...dropped]);
}

function row(name: string, target: Target, change: string | undefined, paint: Paint): readonly string[] {
  return [`  ${name}`, target.url, paint.dim(targetName(target)), change ?? ''];
}

function changeOf(was: Target | undefined, is: Target, paint: Paint): string {
  if (was === undefined) return paint.green('added');
  if (isDeepStrictEqual(was, is)) return '';
  const earlier = targetName(was) === targetName(is) ? '' : ` from ${targetName(was)}`;
  return paint.yellow(`changed${earlier}`);
}

function targetName(target: Target): string {
  return target.kind === 'ecs' ? `${target.cluster}/${target.serviceName}` : `${target.functionName}:${target.alias}`;
}
