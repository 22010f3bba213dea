import { expect, it } from 'vitest';
import { childrenFirst, type MachineRow } from '#state-machines/catalog.ts';

function machine(name: string, ...children: readonly string[]): MachineRow {
  const bindings = Object.fromEntries(
    children.map((child) => [`The${child}`, { kind: 'machine', name: child } as const]),
  );
  return { name, file: `${name}.asl.json`, bindings };
}

const orderOf = (...rows: readonly MachineRow[]): readonly string[] => childrenFirst(rows).map(({ name }) => name);

it('a machine comes after those that it starts, and the rest stays as it was', () => {
  expect(orderOf(machine('a', 'c', 'b'), machine('b', 'd'), machine('c'), machine('d'))).toEqual(['c', 'd', 'b', 'a']);
  expect(orderOf(machine('a'), machine('b'), machine('c', 'a'))).toEqual(['a', 'b', 'c']);
});

it('machines that start each other are refused with the way round', () => {
  expect(() => orderOf(machine('a', 'b'), machine('b', 'a'))).toThrow('a > b > a');
  expect(() => orderOf(machine('a', 'a'))).toThrow('a > a');
});

it('a machine that starts what is not in the catalog is refused', () => {
  expect(() => orderOf(machine('a', 'nobody'))).toThrow('The machine a starts nobody');
});
