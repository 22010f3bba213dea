/** A shop would ask its database; three known orders are enough to look at. */
export const orders = new Map([
  ['1001', [{ unitCents: 1250, quantity: 1 }]],
  ['1002', [{ unitCents: 1250, quantity: 2 }]],
  [
    '1003',
    [
      { unitCents: 3900, quantity: 1 },
      { unitCents: 650, quantity: 2 },
    ],
  ],
]);
