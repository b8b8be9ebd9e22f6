import { readFileSync } from 'node:fs';
import { type DiallerPlan, startDialler } from './dialler.ts';

/** Makes survey calls until it is killed. */
await startDialler(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as DiallerPlan);
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
