/**
 * Personal data may stand in a log line only in these fields, where it is blotted out; messages are constant sentences.
 * Secrets likewise.
 */
const PERSONAL = ['phone', 'name', 'number', 'callerNumber', 'callerName', 'password', 'secret', 'token', 'ticket', 'cookie'];

export const redaction = {
  redact: { paths: [...PERSONAL, ...PERSONAL.map((field) => `*.${field}`), 'req.headers.cookie', 'err.config'], censor: '—' },
  base: undefined,
};
