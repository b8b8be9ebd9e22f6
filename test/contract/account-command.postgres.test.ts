import t from 'tap';
import { accountCommandContract } from './account-command.ts';

t.setTimeout(220_000);
accountCommandContract(t, 'postgres');
