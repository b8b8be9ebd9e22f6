import t from 'tap';
import { surveysContract } from './surveys.ts';

surveysContract(t, 'postgres');
