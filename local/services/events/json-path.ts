import { ServiceFault } from '#local/gateway/wire.ts';

/**
 * The part of JSONPath that EventBridge takes for inputs: `$`, `.name`, `[index]`.
 *
 * @returns reads the path's value from an event; undefined where there is none
 * @throws ServiceFault `ValidationException`
 */
export function compileJsonPath(path: string): (event: unknown) => unknown {
  const steps = path.slice(1).match(/\.[\w-]+|\[\d+\]/g) ?? [];
  if (!path.startsWith('$') || steps.join('').length !== path.length - 1) {
    throw new ServiceFault(
      'ValidationException',
      `Invalid JSON path here: ${path}. Only $, .name and [index] are taken.`,
    );
  }
  const keys = steps.map((step) => (step.startsWith('.') ? step.slice(1) : Number(step.slice(1, -1))));
  return (event) => keys.reduce<unknown>((value, key) => member(value, key), event);
}

function member(value: unknown, key: string | number): unknown {
  if (typeof key === 'number') return Array.isArray(value) ? (value as unknown[])[key] : undefined;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
