import t from 'tap';
import { accountCommandContract } from './account-command.ts';

t.setTimeout(60_000);
accountCommandContract(t, 'postgres');
