import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import { type BrowserSeat, openBrowserSeat } from './browser-seat.ts';
import { hear } from './hearing.ts';
import { inRounds, openRoom, rounds, tellRecord } from './room.ts';

const HELD_MS = 1_200;

/** Hold and resume by the button of the bar: the citizen on music, the agent hears nobody, then both again; twice in every call. */
export const hold = async (report: Report): Promise<void> => {
  const room = await openRoom();
  let seat: BrowserSeat | null = null;
  try {
    const agent = await openBrowserSeat(room, 1, 'first');
    seat = agent;
    await room.want(agent, 'ready');
    const [toMusic, toVoice]: [number[], number[]] = [[], []];
    await inRounds(report, room, [agent], 'held and taken back, everybody heard by whom they should be', rounds(), async () => {
      const visit = await room.talk(agent);
      const ears = [visit.ear, agent.ear];
      await hear('before the hold', ears, { citizen: ['first'], first: ['citizen'] });
      for (let turn = 0; turn < 2; turn += 1) {
        const held = await agent.click('hold');
        visit.tale.begin('hold', agent.extension, held);
        toMusic.push((await hear('held', ears, { citizen: 'music', first: 'nothing' })) - held);
        await delay(HELD_MS);
        const resumed = await agent.click('hold');
        visit.tale.end('hold', agent.extension, resumed);
        toVoice.push((await hear('taken back', ears, { citizen: ['first'], first: ['citizen'] })) - resumed);
        await delay(300);
      }
      visit.tale.end('talk', agent.extension, await agent.hangUp());
      await eventually('the citizen to be let go', 12_000, () => visit.citizen.isOver());
    });
    report.figure('click → music and nobody heard', { unit: 'ms', ...summary(toMusic) });
    report.figure('click → both heard again', { unit: 'ms', ...summary(toVoice) });
    await tellRecord(report, room);
  } finally {
    await seat?.close();
    await room.close();
  }
};
