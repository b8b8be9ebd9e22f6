import t from 'tap';
import { casesContract } from './cases.ts';
import { demonstrationContract } from './demonstration.ts';
import { directoryContract } from './directory.ts';

directoryContract(t, 'postgres');
casesContract(t, 'postgres');
demonstrationContract(t, 'postgres');
