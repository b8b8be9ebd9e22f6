import t from 'tap';
import { casesContract } from './cases.ts';
import { directoryContract } from './directory.ts';

directoryContract(t, 'sqlite');
casesContract(t, 'sqlite');
