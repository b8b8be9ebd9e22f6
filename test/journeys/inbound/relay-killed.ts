import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import { openOffice } from './agents.ts';
import { all, desksReady, type Gap, gapOf, onStage, over, rounds, talks, tellDropped, tellGaps, tellRecord } from './common.ts';
import type { Stage, Visit } from './stage.ts';

const ROUNDS = 10;
const DESKS = 3;
const GAP_LOOK_MS = 3_000;
const BACK_WITHIN_MS = 10_000;
const ENDED_WITHIN_MS = 10_000;

interface Outcome {
  gaps: Gap[];
  control: Gap[];
  /** Until every console was registered again. */
  backMs: number;
  /** From the agent's click on hang-up, while there was no relay, to the citizen's goodbye. */
  goodbyeMs: number | null;
  /** Agents at whom the citizen rang again although the first had hung up. */
  rangAgain: number;
}

const registered = async (stage: Stage): Promise<number> => {
  const contacts = await (await stage.line()).list('PJSIPShowContacts', {}, 'ContactListComplete').catch(() => []);
  return new Set(contacts.filter(({ event }) => event === 'ContactList').map(({ endpoint }) => endpoint)).size;
};

const round = async (stage: Stage): Promise<Outcome> => {
  await desksReady(stage);
  const [goesOn, endsNow] = [await stage.dial({ talkMs: 600_000 }), await stage.dial({ talkMs: 600_000 })] as [Visit, Visit];
  await eventually('two to talk', 45_000, all([goesOn, endsNow], talks));
  await delay(1_500);
  const control = [await gapOf(stage, goesOn, Date.now() - 1_200)];
  const at = Date.now();
  process.kill(stage.product.pids().relay, 'SIGKILL');
  await delay(200);
  endsNow.talkMs = 0;
  const waiting = await stage.dial({ talkMs: 1_000 });
  await delay(at + GAP_LOOK_MS - Date.now());
  const gaps = [await gapOf(stage, goesOn, at - 200)];
  await eventually('every console to be registered', 60_000, async () => (await registered(stage)) >= DESKS);
  const backMs = Date.now() - at;
  await eventually('the call that was hung up to be over', 40_000, () => over(endsNow)).catch(() => endsNow.citizen.hangUp());
  await eventually('the call that came meanwhile to be talked', 40_000, () => over(waiting));
  goesOn.talkMs = 0;
  await eventually('the call that went on to be over', 20_000, () => over(goesOn));
  const { agentHungUpAt, citizen, rung } = endsNow;
  const goodbyeMs =
    agentHungUpAt === null || citizen.endedAt === null || citizen.hungUpAt !== null ? null : citizen.endedAt - agentHungUpAt;
  return { gaps, control, backMs, goodbyeMs, rangAgain: rung.length - 1 };
};

export const relay = async (report: Report): Promise<void> => {
  const wanted = rounds(ROUNDS);
  const since = Date.now();
  const office = await openOffice(1_000);
  try {
    await onStage(report, {}, async (stage) => {
      await stage.notice('none');
      for (let place = 1; place <= DESKS; place += 1) await stage.seat(office, place);
      const done: Outcome[] = [];
      for (let index = 0; index < wanted; index += 1) done.push(await round(stage));
      tellGaps(
        report,
        done.flatMap(({ gaps }) => gaps),
        done.flatMap(({ control }) => control),
        wanted,
      );
      const backs = summary(done.map(({ backMs }) => backMs));
      report.claim('telephones registered again within 10 s of the relay’s end, ms', backs.max <= BACK_WITHIN_MS, backs);
      const goodbyes = done.flatMap(({ goodbyeMs }) => goodbyeMs ?? []);
      const again = done.reduce((sum, each) => sum + each.rangAgain, 0);
      report.claim(
        'a hang-up without a relay is one: the citizen is let go and not put through again',
        goodbyes.length === wanted && Math.max(...goodbyes) <= ENDED_WITHIN_MS && again === 0,
        { rangAgain: again, ...summary(goodbyes) },
      );
      tellDropped(report, stage.visits);
      await tellRecord(report, stage, since);
    });
  } finally {
    await office.close();
  }
};
