import type { Readable } from 'node:stream';
import { HotlineError } from '../core/errors.ts';
import type { CallId, StaffId } from '../core/ids.ts';
import { groupNumber } from '../core/phone-number.ts';
import { insideDirectory, parseRange, sizeOf, wavBytes, wavStream } from '../files/recording-file.ts';
import { byStaff, type History, type HistoryRow } from '../history/index.ts';
import type { Store } from '../storage/store.ts';
import type { Cards } from './cards.ts';
import type { CallScope, CallsRepository, ListedCall, RecordingRecord } from './repository.ts';
import type { CallDetail, CallPage, ShownNumber, TimelineEntry } from './schemas.ts';
import { shownNumber } from './view.ts';

/** Who asks, and whether every call is open to them or only their own. */
export interface CallReader {
  staffId: StaffId;
  name: string;
  roles: readonly string[];
  readsAll: boolean;
}

export interface Sound {
  stream: Readable;
  contentLength: number;
  /** Null: the whole file, status 200. */
  range: { start: number; end: number; size: number } | null;
}

const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这通电话 There is no such call');
/** The player asks for a file in pieces; pieces asked for within this time are one listening. */
const ONE_LISTENING_MS = 10 * 60_000;

/** Reading a call again: list, detail, sound, full number. Every look behind the mask and every listening is in the history. */
export const createPlayback = (deps: {
  store: Pick<Store, 'write'>;
  repository: CallsRepository;
  cards: Cards;
  history: History;
  directoryOf(node: string): string | null;
  callerOf(
    received: string,
  ): Promise<{ identity: CallDetail['caller']['identity']; people: readonly CallDetail['caller']['people'][number][] }>;
  now(): Date;
}) => {
  const { store, repository, cards, history } = deps;
  const listenings = new Map<string, number>();

  const readable = async (callId: CallId, reader: CallReader): Promise<ListedCall> => {
    const listed = await repository.byId(callId);
    if (!listed) throw notFound();
    if (reader.readsAll) return listed;
    const took =
      listed.call.dialledBy === reader.staffId ||
      (await repository.offersOf(callId)).some((offer) => offer.staffId === reader.staffId && offer.answeredAt);
    // Not told apart from a call that does not exist: that somebody rang is itself personal data.
    if (!took) throw notFound();
    return listed;
  };

  const recordingOf = async (callId: CallId): Promise<RecordingRecord | undefined> => {
    const all = await store.write((db) => repository.recordingsOf(db, callId));
    return all.find((each) => each.kind === 'voicemail') ?? all[0];
  };

  const noteListening = async (recordingId: number, callId: CallId, reader: CallReader): Promise<void> => {
    const key = `${reader.staffId}:${recordingId}`;
    const now = deps.now().getTime();
    for (const [each, at] of listenings) if (now - at > ONE_LISTENING_MS) listenings.delete(each);
    if (listenings.has(key)) return;
    listenings.set(key, now);
    await store.write((db) =>
      history.append(db, {
        actor: byStaff(reader.staffId),
        act: 'recording.played',
        thing: { kind: 'call', id: callId },
        details: { recordingId },
      }),
    );
  };

  return {
    /** The line a call came from, for who may see the call; null when there is none to call back. @throws thing.not_found */
    async contactOf(callId: CallId, reader: CallReader): Promise<string | null> {
      return (await readable(callId, reader)).call.callerNormal;
    },

    async list(reader: CallReader, page: { after: string | null; limit: number }): Promise<CallPage> {
      const scope: CallScope = reader.readsAll ? { all: true } : { ofStaff: reader.staffId };
      const found = await repository.page(scope, page.after === null ? null : Number(page.after), page.limit + 1);
      const rows = await cards.rows(found.slice(0, page.limit), reader);
      return { rows, next: found.length > page.limit ? String(rows.at(-1)?.callId ?? '') : null };
    },

    async detail(callId: CallId, reader: CallReader): Promise<CallDetail> {
      const listed = await readable(callId, reader);
      const [[row], offers, acts, recording, match, rating] = await Promise.all([
        cards.rows([listed], reader),
        repository.offersOf(callId),
        history.of({ kind: 'call', id: callId }),
        recordingOf(callId),
        deps.callerOf(listed.call.callerReceived),
        repository.ratingOf(callId),
      ]);
      if (!row) throw notFound();
      return {
        call: row,
        rating: rating && { ...rating, at: rating.at.toISOString() },
        caller: {
          identity: match.identity,
          number: shownNumber(listed.call.callerNormal),
          people: [...match.people],
          callsInTwelveMonths: 0,
        },
        timeline: timelineOf(listed, offers, acts),
        recording: recording
          ? {
              recordingId: recording.id,
              state: recording.state,
              seconds: recording.milliseconds === null ? null : recording.milliseconds / 1000,
              sha256: recording.sha256,
              note: recording.note,
            }
          : null,
      };
    },

    /** @throws HotlineError thing.not_found · recording.not_whole · range.not_satisfiable */
    async sound(callId: CallId, reader: CallReader, rangeHeader: string | undefined): Promise<Sound> {
      const listed = await readable(callId, reader);
      const recording = await recordingOf(callId);
      const directory = deps.directoryOf(listed.call.node);
      if (!recording || !directory) throw new HotlineError('thing.not_found', '没有录音 There is no recording');
      if (recording.state === 'writing' || recording.sha256 === null)
        throw new HotlineError('recording.not_whole', '录音还没有写完 The recording is not whole yet');
      const file = insideDirectory(directory, recording.file);
      const bytes = await sizeOf(file);
      if (bytes === null) throw new HotlineError('thing.not_found', '录音文件不在 The recording file is missing');
      const voicemail = recording.kind === 'voicemail';
      const size = voicemail ? bytes : wavBytes(bytes);
      const range = parseRange(rangeHeader, size);
      await noteListening(recording.id, callId, reader);
      const stream = wavStream(file, bytes, range, voicemail);
      return { stream, contentLength: range ? range.end - range.start + 1 : size, range: range && { ...range, size } };
    },

    async unmask(callId: CallId, reader: CallReader, reason: string): Promise<ShownNumber> {
      const { call } = await readable(callId, reader);
      const shown = shownNumber(call.callerNormal, true);
      if (!shown || !call.callerNormal) throw new HotlineError('thing.not_found', '这通电话没有号码 This call has no number');
      await store.write((db) =>
        history.append(db, {
          actor: byStaff(reader.staffId),
          act: 'number.unmasked',
          thing: { kind: 'call', id: callId },
          details: { reason },
        }),
      );
      return { masked: shown.masked, full: groupNumber(call.callerNormal) };
    },
  };
};
export type Playback = ReturnType<typeof createPlayback>;

/** Acts of the record that belong in a call's timeline, with the word the screen has for each. */
const ACTS: Record<string, TimelineEntry['what']> = {
  'call.diverted': 'diverted',
  'call.dial_failed': 'dial_failed',
  'recording.played': 'played',
  'number.unmasked': 'unmasked',
};
const OFFER_ENDS: Record<string, TimelineEntry['what'] | undefined> = { missed: 'missed', withdrawn: 'withdrawn' };

const timelineOf = (
  { call }: ListedCall,
  offers: Awaited<ReturnType<CallsRepository['offersOf']>>,
  acts: readonly HistoryRow[],
): TimelineEntry[] => {
  const entries: (Omit<TimelineEntry, 'at'> & { at: Date })[] = [
    { at: call.arrivedAt, what: call.origin === 'outbound' ? 'dialled' : 'arrived', who: null, detail: call.calledNumber },
  ];
  if (call.queuedAt) entries.push({ at: call.queuedAt, what: 'queued', who: null, detail: call.queue ?? '' });
  for (const offer of offers) {
    entries.push({ at: offer.offeredAt, what: 'offered', who: offer.name, detail: offer.extension });
    if (offer.answeredAt) entries.push({ at: offer.answeredAt, what: 'answered', who: offer.name, detail: '' });
    const ended = offer.answeredAt ? 'agent_left' : OFFER_ENDS[offer.outcome];
    if (offer.endedAt && ended) entries.push({ at: offer.endedAt, what: ended, who: offer.name, detail: '' });
  }
  for (const act of acts) {
    const what = ACTS[act.act];
    if (what)
      entries.push({
        at: new Date(act.at),
        what,
        who: act.actorName ?? null,
        detail: String(act.details.reason ?? act.details.to ?? act.details.result ?? ''),
      });
  }
  if (call.endedAt) entries.push({ at: call.endedAt, what: 'ended', who: null, detail: call.disposition ?? '' });
  return entries.sort((a, b) => a.at.getTime() - b.at.getTime()).map((entry) => ({ ...entry, at: entry.at.toISOString() }));
};
