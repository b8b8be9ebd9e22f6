import t from 'tap';
import { aliveQuestion, answers, judge } from '../../src/relay/sip.ts';
import { issueTicket, readTicket, signTicket, TICKET_LIFE_SECONDS } from '../../src/relay/ticket.ts';

const message = (firstLine: string, headers: string[], body = ''): Buffer =>
  Buffer.from(`${[firstLine, ...headers, `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`);
const register = (to: string, from: string): Buffer =>
  message('REGISTER sip:h SIP/2.0', [`To: ${to}`, `From: ${from}`, 'CSeq: 1 REGISTER']);

t.test('only as oneself', (t) => {
  t.equal(judge(register('<sip:8001@h>', '<sip:8001@h>;tag=a'), '8001'), 'pass');
  t.equal(judge(register('"张 三" <sip:8001@h>', '"张 三" <sip:8001@h>;tag=a'), '8001'), 'pass');
  t.equal(judge(register('sip:8001@h', 'sip:8001@h;tag=a'), '8001'), 'pass');
  for (const [to, from] of [
    ['<sip:8002@h>', '<sip:8002@h>;tag=a'],
    ['<sip:8002@h>', '<sip:8001@h>;tag=a'],
    ['<sip:8001@h>', '<sip:8002@h>;tag=a'],
    ['"<sip:8001@h>" <sip:8002@h>', '<sip:8001@h>;tag=a'],
    ['"a\\"<sip:8001@h>" <sip:8002@h>', '<sip:8001@h>;tag=a'],
    ['<sip:8002@h>;x=<sip:8001@h>', '<sip:8001@h>;tag=a'],
    ['<sip:h>', '<sip:8001@h>;tag=a'],
    ['<sip:80010@h>', '<sip:8001@h>;tag=a'],
  ] as const)
    t.equal(judge(register(to, from), '8001'), 'refuse', `${to} ${from}`);
  t.end();
});

t.test('calls, answers and what belongs to a dialog pass', (t) => {
  const invite = (from: string, to: string) => message('INVITE sip:12345@h SIP/2.0', [`f: ${from}`, `t: ${to}`], 'v=0\r\n');
  t.equal(judge(invite('<sip:8001@h>;tag=a', '<sip:12345@h>'), '8001'), 'pass');
  t.equal(judge(invite('<sip:8002@h>;tag=a', '<sip:12345@h>'), '8001'), 'refuse');
  t.equal(judge(invite('<sip:random@x.invalid>;tag=a', '<sip:13900001111@h>;tag=b'), '8001'), 'pass');
  t.equal(judge(message('SIP/2.0 180 Ringing', ['From: <sip:1@h>;tag=b', 'To: <sip:x@h>;tag=a']), '8001'), 'pass');
  t.equal(judge(Buffer.from('\r\n\r\n'), '8001'), 'pass');
  t.end();
});

t.test('one frame is one message, and a plain one', (t) => {
  const good = register('<sip:8001@h>', '<sip:8001@h>;tag=a');
  const bad = register('<sip:8002@h>', '<sip:8002@h>;tag=a');
  t.equal(judge(Buffer.concat([good, bad]), '8001'), 'refuse', 'a second one behind the first');
  t.equal(
    judge(message('OPTIONS sip:h SIP/2.0', ['To: <sip:8001@h>', 'From: <sip:8001@h>;tag=a'], bad.toString()), '8001'),
    'pass',
    'a body is a body',
  );
  const raw = (text: string) => judge(Buffer.from(text), '8001');
  t.equal(raw('REGISTER sip:h SIP/2.0\r\nTo: <sip:8001@h>\r\nFrom: <sip:8001@h>\r\nContent-Length: 5\r\n\r\n'), 'refuse', 'too short');
  t.equal(raw('REGISTER sip:h SIP/2.0\nTo: <sip:8002@h>\r\nTo: <sip:8001@h>\r\nFrom: <sip:8001@h>\r\n\r\n'), 'refuse', 'a bare line feed');
  t.equal(raw('REGISTER sip:h SIP/2.0\r\nTo: <sip:8001@h>\r\n To: <sip:8002@h>\r\nFrom: <sip:8001@h>\r\n\r\n'), 'refuse', 'a folded line');
  t.equal(
    raw('REGISTER sip:h SIP/2.0\r\nTo: <sip:8001@h>\r\nt: <sip:8002@h>\r\nFrom: <sip:8001@h>\r\n\r\n'),
    'refuse',
    'twice, once in short',
  );
  t.equal(
    raw('REGISTER sip:h SIP/2.0\r\nTo: <sip:8001@h>\r\nFrom: <sip:8001@h>\r\nl: 0\r\nContent-Length: 7\r\n\r\n'),
    'refuse',
    'two lengths',
  );
  for (const text of ['hello', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\0\0\r\n\r\n', 'REGISTER\r\n\r\n']) t.equal(raw(text), 'refuse', text);
  t.end();
});

t.test('the question whether SIP is alive is itself good SIP', (t) => {
  t.equal(judge(Buffer.from(aliveQuestion('8001', 'abcdefgh1234')), '8001'), 'pass');
  t.ok(answers('SIP/2.0 401 Unauthorized\r\nCall-ID: abcdefgh1234\r\n\r\n', 'abcdefgh1234'));
  t.notOk(answers('SIP/2.0 200 OK\r\nCall-ID: other\r\n\r\n', 'abcdefgh1234'));
  t.notOk(answers('OPTIONS sip:x SIP/2.0\r\nCall-ID: abcdefgh1234\r\n\r\n', 'abcdefgh1234'));
  t.end();
});

t.test('tickets', (t) => {
  const key = Buffer.alloc(32, 1);
  const now = new Date('2026-11-24T00:00:00Z');
  const { ticket, ticketExpiresAt } = issueTicket(key, '8001', now);
  t.equal(ticketExpiresAt, '2026-11-24T01:00:00.000Z');
  t.same(readTicket(key, ticket, now), { sub: '8001', exp: now.getTime() / 1000 + TICKET_LIFE_SECONDS });
  t.equal(readTicket(key, ticket, new Date('2026-11-24T01:00:00Z')), null, 'expired');
  t.equal(readTicket(Buffer.alloc(32, 2), ticket, now), null, 'another key');
  const [body = '', signature = ''] = ticket.split('.');
  const forged = Buffer.from(Buffer.from(body, 'base64url').toString().replace('8001', '8002')).toString('base64url');
  for (const bad of [
    '',
    '.',
    body,
    `${body}.`,
    `.${signature}`,
    `${forged}.${signature}`,
    `${ticket}.x`,
    `${ticket}=`,
    `${body}.${signature.slice(1)}`,
    'a'.repeat(5000),
  ])
    t.equal(readTicket(key, bad, now), null, bad.slice(0, 30));
  t.equal(readTicket(key, signTicket(key, { sub: '8001', exp: 9e9, node: 'b' }), now)?.node, 'b');
  t.end();
});
