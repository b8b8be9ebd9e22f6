import t from 'tap';
import { studioContract } from './studio.ts';

studioContract(t, 'sqlite');
