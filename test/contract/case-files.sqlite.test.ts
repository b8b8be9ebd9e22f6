import t from 'tap';
import { caseFilesContract } from './case-files.ts';

caseFilesContract(t, 'sqlite');
