import { type ClientFrame, PUSH_VERSION } from './frames.ts';

/** @returns null for anything a console of ours would not say */
export const parseClientFrame = (text: string): ClientFrame | null => {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof frame !== 'object' || frame === null) return null;
  const { v, t, epoch, seq, what } = frame as Record<string, unknown>;
  if (v !== PUSH_VERSION) return null;
  if (t === 'ping') return { v, t };
  if (t === 'watch') return what === 'board' || what === 'surveys' || what === 'nothing' ? { v, t, what } : null;
  if (t !== 'resume' || !Number.isSafeInteger(seq) || (seq as number) < 0) return null;
  if (epoch !== null && (typeof epoch !== 'string' || epoch.length > 64)) return null;
  return { v, t, epoch, seq: seq as number };
};
