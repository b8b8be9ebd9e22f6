import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Check, Errors } from 'typebox/schema';
import { AgentView, DayFigures, DeskMessage, QueueSummary } from '../../src/agents/schemas.ts';
import { CallRow, Card, DeskView } from '../../src/calls/schemas.ts';
import { instant, nullable } from '../../src/core/shapes.ts';
import type { Snapshot } from '../../src/push/frames.ts';
import { wholeApp } from '../helpers/whole-app.ts';

/** A JSON schema as the service's own description of itself holds it. */
export interface Shape {
  type?: string;
  properties?: Record<string, Shape>;
  items?: Shape;
  anyOf?: Shape[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  uniqueItems?: boolean;
  minimum?: number;
  patternProperties?: Record<string, Shape>;
}

/** The shape of a 200 answer by method and path, as `GET /api/calls/{callId}`; null where the service declares none. */
export type Shapes = ReadonlyMap<string, Shape | null>;

interface Described {
  paths: Record<string, Record<string, { responses?: Record<string, { content?: Record<string, { schema?: Shape }> }> }>>;
}

/** Asks the whole application, composed as for real, what it answers: a pretended service that takes its shapes here can't drift. */
export const readShapes = async (): Promise<Shapes> => {
  const directory = mkdtempSync(join(tmpdir(), 'hotline-shapes-'));
  const closing: (() => unknown)[] = [];
  const { app } = await wholeApp({ teardown: (work) => closing.push(work) }, { dataDirectory: directory });
  const { http } = app;
  await http.ready();
  const { paths } = (http as unknown as { swagger(): Described }).swagger();
  const shapes = new Map<string, Shape | null>();
  for (const [path, methods] of Object.entries(paths))
    for (const [method, { responses }] of Object.entries(methods))
      shapes.set(`${method.toUpperCase()} ${path}`, responses?.['200']?.content?.['application/json']?.schema ?? null);
  await http.close();
  for (const close of closing) await close();
  rmSync(directory, { recursive: true, force: true });
  return shapes;
};

const Alarm = Type.Object({
  id: Type.String(),
  kind: Type.Unsafe<Snapshot['alarms'][number]['kind']>({ type: 'string' }),
  at: instant,
  detail: Type.String(),
});

/** What a console is shown at once; the frames have no schema of their own, so the compiler keeps this one true to them. */
export const SnapshotShape = Type.Object(
  {
    agent: AgentView,
    cards: Type.Array(Card),
    desk: nullable(DeskView),
    wrapUp: nullable(Card),
    queues: Type.Array(QueueSummary),
    today: DayFigures,
    recent: Type.Array(CallRow),
    messages: Type.Array(DeskMessage),
    unreadNotices: Type.Integer(),
    switchUp: Type.Boolean(),
    alarms: Type.Array(Alarm),
  },
  { additionalProperties: false },
);
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
const snapshotIsTrue: Same<Static<typeof SnapshotShape>, Snapshot> = true;

/** @throws when the value is not of the shape: the pretended service would otherwise say what the real one never does */
export const mustBe = <T>(shape: unknown, value: T, what: string): T => {
  if (snapshotIsTrue && Check(shape as Record<string, unknown>, value)) return value;
  const [, errors] = Errors(shape as Record<string, unknown>, value);
  throw new Error(`${what} is not what the service says: ${JSON.stringify(errors.slice(0, 3))}`);
};

const TEXTS: Record<string, string> = {
  name: '王木香',
  title: '小区门口的路灯不亮',
  masked: '138 **** 2046',
  number: '261124102935000417',
  course: '三号楼东侧的路灯十天没有亮，老人晚上出门看不见台阶',
  answer: '路灯由城管局维护，三个工作日内到场。',
};

/** Texts for patterns: a time, a day, an extension, a hash, a word of the switch. */
const PATTERNED = ['09:00', '2026-11-24', '8001', '13800002046', 'a'.repeat(64), 'main', 'A1'];

const sampleText = (name: string, shape: Shape): string => {
  if (shape.format === 'date') return '2026-11-24';
  if (shape.format === 'date-time') return new Date(Date.now() - 3_600_000).toISOString();
  const plain = TEXTS[name] ?? (/Name$/.test(name) ? '临湖区城管局' : '综合');
  if (shape.pattern === undefined) return plain;
  const wanted = new RegExp(shape.pattern);
  const found = [plain, ...PATTERNED].find((text) => wanted.test(text));
  if (found === undefined) throw new Error(`no sample for the pattern ${shape.pattern}: add one to PATTERNED`);
  return found;
};

/**
 * A value of a shape.
 *
 * @param full whether lists have rows and what may be missing is there
 */
export const sampleOf = (shape: Shape, full: boolean, name = ''): unknown => {
  if (shape.const !== undefined) return shape.const;
  if (shape.enum) return shape.enum[0];
  if (shape.anyOf) {
    const none = shape.anyOf.find((each) => each.type === 'null');
    const some = shape.anyOf.find((each) => each.type !== 'null');
    return !some || (!full && none) ? null : sampleOf(some, full, name);
  }
  if (shape.type === 'object')
    return Object.fromEntries(Object.entries(shape.properties ?? {}).map(([key, each]) => [key, sampleOf(each, full, key)]));
  if (shape.type === 'array')
    return full && shape.items ? (shape.uniqueItems ? [1] : [1, 2]).map(() => sampleOf(shape.items as Shape, full, name)) : [];
  // What nobody has put in yet is at version 0.
  if (shape.type === 'integer') return name === 'version' && !full ? 0 : Math.max(3, shape.minimum ?? 0);
  if (shape.type === 'number') return 12.5;
  if (shape.type === 'boolean') return false;
  return shape.type === 'string' ? sampleText(name, shape) : null;
};
