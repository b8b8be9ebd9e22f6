import t from 'tap';
import { noticesSuite } from './notices.ts';

noticesSuite(t, 'postgres');
