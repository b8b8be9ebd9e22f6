import t from 'tap';
import { cityContract } from './city.ts';

cityContract(t, 'sqlite');
