import t from 'tap';
import { casesModelContract } from './cases-model.ts';

casesModelContract(t, 'postgres');
