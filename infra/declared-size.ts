/**
 * A regular expression for whole numbers above one, in decimal: what a firewall, which compares no numbers, can ask of the
 * header Content-Length. Zeros in front do not matter.
 */
export function numberAbove(limit: number): string {
  const digits = String(limit);
  // Equal up to a place, greater there, anything behind; or simply longer.
  const greater = digits.split('').flatMap((digit, at) => {
    if (digit === '9') return [];
    const rest = digits.length - at - 1;
    const next = Number(digit) + 1;
    return [`${digits.slice(0, at)}${next === 9 ? '9' : `[${next}-9]`}${rest > 0 ? `[0-9]{${rest}}` : ''}`];
  });
  return `^0*(${[...greater, `[1-9][0-9]{${digits.length},}`].join('|')})$`;
}
