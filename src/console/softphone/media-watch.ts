import { markAudio } from './measure.ts';
import { judgeMedia, type MediaState } from './phone-state.ts';

interface Inbound {
  packets: number;
  energy: number;
}

const inboundAudio = async (peer: RTCPeerConnection): Promise<Inbound> => {
  const found: Inbound = { packets: 0, energy: 0 };
  for (const report of (await peer.getStats()).values() as Iterable<Record<string, unknown>>) {
    if (report.type !== 'inbound-rtp' || report.kind !== 'audio') continue;
    found.packets += Number(report.packetsReceived ?? 0);
    found.energy += Number(report.totalAudioEnergy ?? 0);
  }
  return found;
};

/** Until the first sound we look often, because the time from answer to sound is measured; then once a second. */
const LOOK_OFTEN_MS = 25;
const LOOK_EVERY_MS = 1_000;

/**
 * A call whose ICE fails looks answered to SIP: both sides talk into nothing. So after the answer we look whether a path exists and
 * whether anything arrives on it, and say so within five seconds.
 *
 * @returns stops the watch
 */
export const watchMedia = (peer: RTCPeerConnection, deps: { held: () => boolean; report: (media: MediaState) => void }): (() => void) => {
  const startedAt = Date.now();
  let packets = 0;
  let lastPacketAt = Date.now();
  let heard = false;
  let last: MediaState = 'connecting';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const look = async (): Promise<void> => {
    const connected = peer.connectionState === 'connected';
    if (connected) {
      markAudio('connectedAt');
      const inbound = await inboundAudio(peer).catch(() => ({ packets: 0, energy: 0 }));
      if (inbound.packets > packets || deps.held()) lastPacketAt = Date.now();
      packets = inbound.packets;
      if (packets > 0) markAudio('firstPacketAt');
      if (inbound.energy > 0 && !heard) {
        heard = true;
        markAudio('firstEnergyAt');
      }
    }
    if (stopped) return;
    const media = judgeMedia({
      connected,
      secondsSinceAnswer: (Date.now() - startedAt) / 1000,
      silentSeconds: (Date.now() - lastPacketAt) / 1000,
      held: deps.held(),
    });
    if (media !== last) deps.report(media);
    last = media;
    const often = !heard && Date.now() - startedAt < 5_000;
    timer = setTimeout(() => void look(), often ? LOOK_OFTEN_MS : LOOK_EVERY_MS);
  };

  peer.addEventListener('connectionstatechange', () => {
    if (!stopped && peer.connectionState === 'connected') markAudio('connectedAt');
  });
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
};
