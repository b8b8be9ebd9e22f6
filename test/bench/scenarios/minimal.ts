import { connect } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/**
 * The least that can bring a ring to a page: a manager line, text cut at blank lines, one JSON frame to the page of the
 * extension. No database, no matching, no rights, no reconnect. Beside it the product's card is measured.
 *
 *   node minimal.ts AMI_PORT USER SECRET HTTP_PORT
 */
const [amiPort = '', user = '', secret = '', httpPort = ''] = process.argv.slice(2);
const pages = new Map<string, WebSocket>();
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(httpPort) });
server.on('connection', (socket, request) => {
  pages.set((request.url ?? '').slice(1), socket);
});
const line = connect(Number(amiPort), '127.0.0.1');
line.write(`Action: Login\r\nUsername: ${user}\r\nSecret: ${secret}\r\nEvents: agent\r\n\r\n`);
let rest = '';
line.on('data', (chunk) => {
  const blocks = (rest + chunk).split('\r\n\r\n');
  rest = blocks.pop() ?? '';
  for (const block of blocks) {
    if (!block.includes('Event: AgentCalled\r\n')) continue;
    const fields = Object.fromEntries(block.split('\r\n').map((text) => text.split(': ', 2)));
    const extension = String(fields.Interface).replace('PJSIP/', '');
    pages.get(extension)?.send(JSON.stringify({ channelId: fields.Uniqueid, at: Number(fields.Timestamp) * 1000 }));
  }
});
server.on('listening', () => process.stdout.write('listening\n'));
