import t from 'tap';
import { casesBoardsContract } from './cases-boards.ts';

casesBoardsContract(t, 'postgres');
