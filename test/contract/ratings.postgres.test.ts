import t from 'tap';
import { ratingsContract } from './ratings.ts';

ratingsContract(t, 'postgres');
