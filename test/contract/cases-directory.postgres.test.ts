import t from 'tap';
import { casesContract } from './cases.ts';
import { directoryContract } from './directory.ts';

directoryContract(t, 'postgres');
casesContract(t, 'postgres');
