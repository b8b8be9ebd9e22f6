export { restoreBackup } from './restore.ts';
export { megabytes, takeBackup } from './take.ts';
