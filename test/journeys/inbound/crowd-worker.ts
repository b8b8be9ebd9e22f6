import { parentPort, workerData } from 'node:worker_threads';
import { createSipPeer, type SipCall } from '../../helpers/sip.ts';

/**
 * Citizens who talk with the duty phone, both played here, with voice both ways all the time. A thread of its own, because the
 * thread that reads the clock must not be late for them.
 */
const port = parentPort;
if (!port) throw new Error('runs as a worker only');
const { sipPort, dutyPort, count } = workerData as { sipPort: number; dutyPort: number; count: number };
const server = { host: '127.0.0.1', port: sipPort };
const citizens = await createSipPeer(server);
const duty = await createSipPeer(server, dutyPort);
const calls: SipCall[] = [];
const answered = async (): Promise<void> => {
  const ring = await duty.incoming(60_000);
  ring.answer();
  calls.push(ring);
};
for (let index = 0; index < count; index += 1) {
  void answered().catch(() => undefined);
  calls.push(citizens.call('12345', { from: `1370000${String(index).padStart(4, '0')}` }));
  await new Promise((resolve) => setTimeout(resolve, 60));
}
port.on('message', () => {
  for (const call of calls) call.hangUp();
});
