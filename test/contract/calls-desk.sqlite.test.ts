import t from 'tap';
import { callsDeskContract } from './calls-desk.ts';

callsDeskContract(t, 'sqlite');
