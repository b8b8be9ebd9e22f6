import t from 'tap';
import { handoverContract } from './handover.ts';

handoverContract(t, 'sqlite');
