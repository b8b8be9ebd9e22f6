import type { Clock } from '../core/clock.ts';
import type { CallId, ChannelId, OfferId, StaffId } from '../core/ids.ts';
import { type CallerMatch, shownCaller } from '../directory/index.ts';
import { buildCard, type CardParts } from './card.ts';
import type { CallsRepository, OfferRecord } from './repository.ts';
import type { CallRow, Card, OpenCase } from './schemas.ts';
import { type CallDraftView, callRow } from './view.ts';

/** Who reads the card: what of a case may be shown depends on it. */
export interface CardReader {
  staffId: StaffId;
  name: string;
  roles: readonly string[];
}

/** What calls needs of the cases feature, which is built on top of calls and so is handed in. */
export interface CaseLookup {
  openCasesOf(number: string, reader: CardReader, except: CallId): Promise<OpenCase[]>;
  repeatsOf(number: string, except: CallId): Promise<{ count: number; subject: string }>;
  draftsOf(callIds: CallId[], reader: CardReader): Promise<Map<CallId, CallDraftView>>;
  prefillOf(match: CallerMatch): Card['prefill'];
}

const TWELVE_MONTHS_MS = 365 * 86_400_000;
const LAST_CALLS = 6;

export interface Cards {
  /** @returns undefined when the call or the ring is not known any more */
  cardOf(offerId: OfferId): Promise<Card | undefined>;
  /** Cards of the rings and talks of one person that are going on. */
  openCardsOf(staffId: StaffId): Promise<Card[]>;
  cardOfOffer(offer: OfferRecord): Promise<Card | undefined>;
  rows(listed: Awaited<ReturnType<CallsRepository['page']>>, reader: CardReader): Promise<CallRow[]>;
}

export const createCards = (deps: {
  repository: CallsRepository;
  directory: { callerOf(received: string): Promise<CallerMatch> };
  cases: CaseLookup;
  readerOf(staffId: StaffId): Promise<CardReader | undefined>;
  /** The promise to call back that this call keeps. */
  keptPlaceOf(channelId: ChannelId): Promise<CardParts['keptPlace']>;
  clock: Clock;
  ringSeconds: number;
}): Cards => {
  const { repository, cases, clock } = deps;

  const rows: Cards['rows'] = async (listed, reader) => {
    const drafts = await cases.draftsOf(
      listed.map(({ call }) => call.id),
      reader,
    );
    return listed.map((each) => callRow(each, drafts.get(each.call.id), clock.now()));
  };

  const cardOfOffer: Cards['cardOfOffer'] = async (offer) => {
    const [listed, reader] = await Promise.all([repository.byId(offer.callId), deps.readerOf(offer.staffId)]);
    if (!listed || !reader) return undefined;
    const { call } = listed;
    const match = await deps.directory.callerOf(call.callerReceived);
    const number = call.callerNormal;
    const since = new Date(clock.now().getTime() - TWELVE_MONTHS_MS);
    const [past, openCases, repeats] = number
      ? await Promise.all([
          repository.ofNumber(number, since, call.id, LAST_CALLS),
          cases.openCasesOf(number, reader, call.id),
          cases.repeatsOf(number, call.id),
        ])
      : [{ rows: [], total: 0 }, [], { count: 0, subject: '' }];
    return buildCard({
      call,
      offer,
      caller: { ...shownCaller(match), callsInTwelveMonths: past.total },
      openCases,
      lastCalls: await rows(past.rows, reader),
      repeats: repeats.count,
      repeatSubject: repeats.subject,
      prefill: cases.prefillOf(match),
      ringSeconds: deps.ringSeconds,
      keptPlace: call.origin === 'kept_place' ? await deps.keptPlaceOf(call.channelId) : null,
    });
  };

  return {
    rows,
    cardOfOffer,
    async cardOf(offerId) {
      const offer = await repository.offerById(offerId);
      return offer && cardOfOffer(offer);
    },
    async openCardsOf(staffId) {
      const cards = await Promise.all((await repository.openOffersOfStaff(staffId)).map(cardOfOffer));
      return cards.filter((card) => card !== undefined);
    },
  };
};
