import t from 'tap';
import { caseViewsContract } from './case-views.ts';

caseViewsContract(t, 'sqlite');
