import { burst } from './burst.ts';
import type { Part } from './in-own-process.ts';
import { queue } from './queue.ts';

const { kind, size, stepSeconds } = JSON.parse(process.argv[2] ?? '{}') as Part;
const measured = kind === 'burst' ? await burst(size, stepSeconds) : await queue(size, stepSeconds);
process.send?.(measured, () => process.disconnect());
