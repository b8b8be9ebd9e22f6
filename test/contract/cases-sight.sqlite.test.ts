import t from 'tap';
import { casesSightContract } from './cases-life.ts';

casesSightContract(t, 'sqlite');
