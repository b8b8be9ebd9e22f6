import t from 'tap';
import { waitingContract } from './waiting.ts';

waitingContract(t, 'sqlite');
