import { beOnTime } from '../../helpers/on-time.ts';
import { createSipPeer, type SipCall } from '../../helpers/sip.ts';
import type { Asked, Told } from './citizens.ts';

/** The citizens' telephones in a process of their own: a busy journey must not make a gap in a voice. */
beOnTime();
const [host = '', port = ''] = process.argv.slice(2);
const peer = await createSipPeer({ host, port: Number(port) });
const calls = new Map<number, SipCall>();
const tell = (told: Told): void => void process.send?.(told);
process.on('disconnect', () => process.exit(0));

/** How late this process itself was, by the instant: its own lateness would look like a gap. */
const late: { at: number; ms: number }[] = [];
let due = Date.now() + 10;
setInterval(() => {
  const now = Date.now();
  late.push({ at: now, ms: Math.max(0, now - due) });
  if (late.length > 1_500) late.shift();
  due = now + 10;
}, 10);

const answers: { [K in Asked['ask']]: (asked: Extract<Asked, { ask: K }>) => unknown } = {
  dial: ({ call: id, from, toneHz, number }) => {
    const call = peer.call(number, { from, toneHz });
    calls.set(id, call);
    call.status.then(
      (status) => tell({ told: 'status', call: id, status, at: Date.now() }),
      () => tell({ told: 'status', call: id, status: 0, at: Date.now() }),
    );
    call.ended.then(() => tell({ told: 'ended', call: id, at: Date.now() }));
    return Date.now();
  },
  hears: ({ call, hz, windowMs }) => calls.get(call)?.hears(hz, windowMs) ?? false,
  gap: ({ call, since }) => ({
    ms: calls.get(call)?.longestGap(since) ?? 0,
    own: late.reduce((most, each) => (each.at >= since ? Math.max(most, each.ms) : most), 0),
  }),
  hangUp: ({ call }) => {
    calls.get(call)?.hangUp();
    return Date.now();
  },
};

process.on('message', (asked: Asked & { id: number }) => {
  const answer = answers[asked.ask] as (asked: Asked) => unknown;
  tell({ told: 'answer', id: asked.id, value: answer(asked) });
});
tell({ told: 'ready' });
