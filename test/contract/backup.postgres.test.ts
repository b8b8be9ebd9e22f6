import t from 'tap';
import { backupContract } from './backup.ts';

t.setTimeout(220_000);
backupContract(t, 'postgres');
