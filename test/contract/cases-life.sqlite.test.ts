import t from 'tap';
import { casesLifeContract } from './cases-life.ts';

casesLifeContract(t, 'sqlite');
