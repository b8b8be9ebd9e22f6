import t from 'tap';
import { directoryEditingContract } from './directory-editing.ts';

directoryEditingContract(t, 'postgres');
