import t from 'tap';
import { casesContract } from './cases.ts';
import { demonstrationContract } from './demonstration.ts';
import { directoryContract } from './directory.ts';

directoryContract(t, 'sqlite');
casesContract(t, 'sqlite');
demonstrationContract(t, 'sqlite');
