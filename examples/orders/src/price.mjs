const SHIPPING_CENTS = 490;

/**
 * What an order costs in cents, shipping included.
 *
 * @param {readonly { unitCents: number, quantity: number }[]} lines
 * @param {number} freeShippingFromCents goods worth this much, or more, are sent free of charge
 */
export function totalCents(lines, freeShippingFromCents) {
  const goods = lines.reduce((sum, line) => sum + line.unitCents * line.quantity, 0);
  const shipping = goods >= freeShippingFromCents ? 0 : SHIPPING_CENTS;
  return goods + shipping;
}
