/** What calls keeps, and how it is asked for. The one adapter is drizzle's; the port is its shape. */
export type {
  CallRecord,
  CallScope,
  CallsRepository,
  ListedCall,
  OfferRecord,
  RecordingRecord,
  SegmentRecord,
} from '../storage/repositories/calls.ts';
