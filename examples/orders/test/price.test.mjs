import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { totalCents } from '../src/price.mjs';

describe('the price of an order', () => {
  it('adds shipping below the limit', () => {
    assert.equal(totalCents([{ unitCents: 1250, quantity: 1 }], 5000), 1740);
  });

  it('sends free of charge from the limit on', () => {
    assert.equal(totalCents([{ unitCents: 2500, quantity: 2 }], 5000), 5000);
  });

  it('adds up every line', () => {
    const lines = [
      { unitCents: 3900, quantity: 1 },
      { unitCents: 650, quantity: 2 },
    ];
    assert.equal(totalCents(lines, 1000), 5200);
  });
});
