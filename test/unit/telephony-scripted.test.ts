import t from 'tap';
import type { Clock } from '../../src/core/clock.ts';
import { HotlineError } from '../../src/core/errors.ts';
import { createScriptedTelephony } from '../../src/telephony/scripted/index.ts';
import { type Ring, telephonyContract } from '../contract/telephony.ts';

/** Plays the dialplan and the telephones around the pretended switch: one queue, the first ready agent is rung. */
const scriptedWorld = () => {
  // Each look at it is a moment later, so that a restart is after what was before.
  let now = Date.parse('2026-11-24T00:00:00Z');
  const clock: Clock = {
    now: () => {
      now += 1;
      return new Date(now);
    },
  };
  const telephony = createScriptedTelephony({ node: 'scripted', clock });
  const { script } = telephony;
  const phones = new Map<string, ((ring: Ring) => void)[]>();
  const rings = new Map<string, Ring[]>();
  const declined = new Set<string>();

  const route = async (channelId: string) => {
    const [snapshot] = await telephony.snapshot();
    const free = snapshot?.members.find(
      (member) => member.device === 'idle' && !member.paused && !declined.has(`${channelId} ${member.extension}`),
    );
    if (!free || !snapshot?.calls.some((call) => call.channelId === channelId)) return;
    const { extension } = free;
    const legId = script.offer(channelId, extension);
    const ring: Ring = {
      answer: () => script.answer(legId),
      decline: () => {
        declined.add(`${channelId} ${extension}`);
        script.endOffer(legId);
        void route(channelId);
      },
      hangUp: () => {
        script.agentHangsUp(legId);
        script.citizenHangsUp(channelId);
      },
    };
    const waiter = phones.get(extension)?.shift();
    if (waiter) waiter(ring);
    else rings.set(extension, [...(rings.get(extension) ?? []), ring]);
  };

  return {
    telephony,
    node: 'scripted',
    citizenCalls: (number: string) => {
      const channelId = script.arrive({ number });
      script.enqueue(channelId, 'hotline');
      void route(channelId).catch(() => {});
      return { hangUp: () => (script.isLive(channelId) ? script.citizenHangsUp(channelId) : undefined) };
    },
    register: async (extension: string, secret: string) => {
      if (script.phones().get(extension)?.secret !== secret) throw new Error('refused');
      script.register(extension);
      phones.set(extension, []);
      rings.set(extension, []);
      return {
        ring: () =>
          new Promise<Ring>((resolve) => {
            const waiting = rings.get(extension)?.shift();
            if (waiting) resolve(waiting);
            else phones.get(extension)?.push(resolve);
          }),
      };
    },
    breakLink: () => script.linkDown(),
    mendLink: () => script.linkUp(),
    restart: async () => script.restart(),
  };
};

t.test('the scripted switch keeps the contract', async (t) => {
  await telephonyContract(t, scriptedWorld());
});

t.test('a test can have the next request refused', async (t) => {
  const telephony = createScriptedTelephony();
  await telephony.start(() => {});
  telephony.script.failNext('setUpPhone', new HotlineError('telephony.timeout', 'too late'));
  const phone = { extension: '8001', displayName: 'x', secret: 'x', kind: 'browser' as const };
  await t.rejects(telephony.setUpPhone(phone), { code: 'telephony.timeout' });
  await telephony.setUpPhone(phone);
  t.same(
    telephony.script.requests().map((request) => request.method),
    ['setUpPhone'],
  );
});
