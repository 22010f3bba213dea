const escape = String.fromCodePoint(27);

/** A sequence that sets colours and nothing else; in a group, so that `split` keeps it at the odd places. */
export const colourSequence = new RegExp(`(${escape}\\[[\\d;]*m)`);
