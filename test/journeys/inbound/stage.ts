import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseBase, chooseRunAs, layOut } from '../../../src/telephony/managed/directories.ts';
import { readIdentity } from '../../../src/telephony/managed/instance.ts';
import { type ManagerLine, openManagerLine } from '../../../src/telephony/managed/manager-line.ts';
import { carrierTrunk, eventually, type Product, startProduct } from '../../helpers/product.ts';
import { type Agent, type Office, openOffice } from './agents.ts';
import { type Citizen, type Citizens, openCitizens } from './citizens.ts';

export interface Talk {
  extension: string;
  hz: number;
  at: number;
  until: number | null;
  /** After how long citizen and agent had heard each other; null while one had not. */
  heardAfterMs: number | null;
}

/** One call as the people in it lived it: what the record is held against. */
export interface Visit {
  citizen: Citizen;
  /** Last four digits, by which the desk's card is recognised. */
  tail: string;
  rung: { extension: string; at: number }[];
  talks: Talk[];
  /** Agents answer only when this is true. */
  mayAnswer: boolean;
  /** How long they talk, or until told. */
  talkMs: number;
  endsBy: 'agent' | 'citizen';
  agentHungUpAt: number | null;
}

export type CallState = 'notice' | 'queue' | 'ringing' | 'talking';

export interface Stage {
  product: Product;
  line(): Promise<ManagerLine>;
  /** A line of one's own time: what has happened before it is not on it. */
  freshLine(): Promise<ManagerLine>;
  directories: ReturnType<typeof layOut>;
  citizens: Citizens;
  agents: Agent[];
  visits: Visit[];
  dial(how?: Partial<Pick<Visit, 'mayAnswer' | 'talkMs' | 'endsBy'>>): Promise<Visit>;
  /** A prompt's id, or `none`: the next calls hear it. */
  notice(id: string): Promise<void>;
  /** Citizens on the switch now, by what is happening to them. */
  states(): Promise<Record<CallState, number>>;
  /** Seats somebody, and lets them answer and end calls as the calls' own wishes say. */
  seat(office: Office, number: number): Promise<Agent>;
  /** Null while there is none. */
  servicePid(): number | null;
  /** The service answers, with database and switch. */
  isWell(): Promise<boolean>;
  serviceBack(limitMs?: number): Promise<void>;
  close(): Promise<void>;
}

export const EXTENSION_OF_FIRST = 8001;
const HEARD_WITHIN_MS = 8_000;
const CITIZEN_CHANNEL = /^PJSIP\/trunk-/;

const openLine = async (base: string): Promise<ManagerLine> => {
  const identity = readIdentity(base);
  if (!identity) throw new Error('the switch has no identity');
  return openManagerLine({ host: '127.0.0.1', port: identity.ports.ami, username: 'hotline', secret: identity.amiSecret });
};

const statesOf = async (line: ManagerLine): Promise<Record<CallState, number>> => {
  const channels = await line.list('CoreShowChannels', {}, 'CoreShowChannelsComplete');
  const found: Record<CallState, number> = { notice: 0, queue: 0, ringing: 0, talking: 0 };
  for (const citizen of channels.filter((each) => CITIZEN_CHANNEL.test(each.channel ?? ''))) {
    const legs = channels.filter((each) => each.linkedid === citizen.linkedid && each.uniqueid !== citizen.uniqueid);
    if (citizen.application === 'Playback') found.notice += 1;
    else if (legs.some((leg) => leg.channelstatedesc === 'Up')) found.talking += 1;
    else if (legs.length > 0) found.ringing += 1;
    else if (citizen.application === 'Queue') found.queue += 1;
  }
  return found;
};

/**
 * A click on a button of the bar, once the bar is armed for what it shows. Done in the page: a click by the mouse waits for a
 * frame to be drawn, and half a dozen pages in one hidden browser draw late.
 */
const press = (agent: Agent, name: 'answer' | 'hang-up'): Promise<boolean> =>
  agent.desk.page
    .evaluate<boolean>(
      `(() => { const it = document.querySelector('.call-bar[data-armed=true] [data-act=${name}]'); it?.click(); return it !== null; })()`,
    )
    .catch(() => false);

/** Answers what rings and ends what was talked, as the visits ask for; goes on until the browser is gone. */
const work = async (stage: Stage, agent: Agent): Promise<void> => {
  while (!agent.isGone) {
    if (!(await agent.shows(({ mode }) => mode === 'ringing', 500))) continue;
    const { who, at } = agent.seen;
    const visit = stage.visits.findLast((each) => each.tail === who);
    if (!visit) {
      await delay(25); // the number is drawn an instant after the ring
      continue;
    }
    const { extension, hz } = agent;
    if (visit.rung.at(-1)?.at !== at) visit.rung.push({ extension, at });
    const stillRings = (): boolean => agent.seen.mode === 'ringing' && agent.seen.who === who && !agent.isGone;
    while (stillRings() && !visit.mayAnswer) await delay(15);
    while (stillRings() && !(await press(agent, 'answer'))) await delay(30);
    if (!(await agent.shows(({ mode }) => mode !== 'ringing', 5_000)) || agent.seen.mode !== 'talking') continue;
    // The telephone's own instant: a busy page draws its new state later.
    const confirmedAt = (await agent.desk.audio().catch(() => null))?.confirmedAt ?? 0;
    const talk: Talk = { extension, hz, at: confirmedAt > at ? Math.round(confirmedAt) : agent.seen.at, until: null, heardAfterMs: null };
    visit.talks.push(talk);
    const stillTalks = (): boolean => agent.seen.mode === 'talking' && !agent.isGone;
    let citizenHears = false;
    let agentHears = false;
    // Nobody hangs up before a word was heard.
    while (
      stillTalks() &&
      (Date.now() < talk.at + visit.talkMs || (talk.heardAfterMs === null && Date.now() < talk.at + HEARD_WITHIN_MS))
    ) {
      citizenHears ||= await visit.citizen.hears(hz);
      agentHears ||= await agent.hears(talk.at).catch(() => false);
      if (citizenHears && agentHears) talk.heardAfterMs ??= Date.now() - talk.at;
      await delay(talk.heardAfterMs === null ? 60 : 20);
    }
    if (stillTalks() && visit.endsBy === 'citizen') await visit.citizen.hangUp();
    else if (stillTalks()) {
      visit.agentHungUpAt = Date.now();
      while (stillTalks() && !(await press(agent, 'hang-up'))) await delay(30);
    }
    await agent.shows(({ mode }) => mode !== 'talking', 10_000);
    talk.until = agent.isGone ? Date.now() : agent.seen.at;
  }
};

export const openStage = async (more: Record<string, string> = {}): Promise<Stage> => {
  const product = await startProduct({ env: { ...carrierTrunk, HOTLINE_WRAP_UP_SECONDS: '2', HOTLINE_LOG_LEVEL: 'warn', ...more } });
  const base = await chooseBase(join(product.dataDirectory, 'switch'), chooseRunAs());
  const citizens = await openCitizens({ host: '127.0.0.1', port: product.ports.sip });
  let line: ManagerLine | null = await openLine(base);
  let number = 0;
  const stage: Stage = {
    product,
    directories: layOut(base),
    citizens,
    agents: [],
    visits: [],
    async line() {
      // The switch may have been restarted since.
      if (line && (await line.ask('Ping').catch(() => null))) return line;
      line?.close();
      line = null;
      line = await openLine(base);
      return line;
    },
    async freshLine() {
      line?.close();
      line = null;
      line = await openLine(base);
      return line;
    },
    async dial(how = {}) {
      const tail = String(++number).padStart(4, '0');
      const citizen = await citizens.dial(`1390000${tail}`);
      const visit: Visit = {
        citizen,
        tail,
        rung: [],
        talks: [],
        mayAnswer: true,
        talkMs: 2_000,
        endsBy: 'agent',
        agentHungUpAt: null,
        ...how,
      };
      stage.visits.push(visit);
      return visit;
    },
    notice: async (id) => void (await (await stage.line()).ask('DBPut', { Family: 'hotline', Key: 'notice', Val: id })),
    states: async () => statesOf(await stage.line()),
    async seat(office, place) {
      const agent = await office.seat(product, `agent${place}`, String(EXTENSION_OF_FIRST - 1 + place));
      stage.agents = [...stage.agents.filter((each) => each.account !== agent.account), agent];
      void work(stage, agent);
      return agent;
    },
    servicePid() {
      try {
        return product.pids().service;
      } catch {
        return null;
      }
    },
    async isWell() {
      try {
        const response = await fetch(`${product.url}/readyz`, { signal: AbortSignal.timeout(2_000) });
        const { parts } = (await response.json()) as { parts: Record<string, { up: boolean }> };
        return response.ok && Object.values(parts).every(({ up }) => up);
      } catch {
        return false;
      }
    },
    serviceBack: async (limitMs = 60_000) => void (await eventually('the service to be back', limitMs, () => stage.isWell())),
    async close() {
      for (const agent of stage.agents) agent.isGone = true;
      line?.close();
      await citizens.close();
      await product.stop();
    },
  };
  return stage;
};

export { openOffice };
