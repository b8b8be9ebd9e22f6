import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { chooseBase, chooseRunAs } from '../../src/telephony/managed/directories.ts';
import { type ManagerLine, openManagerLine } from '../../src/telephony/managed/manager-line.ts';
import type { Product } from '../helpers/product.ts';
import { monoWav } from '../helpers/wav.ts';

/** What is put into a page before its first script, so that sound, devices and notifications can be measured and taken away. */
interface Instruments {
  peers: RTCPeerConnection[];
  microphones: MediaStreamTrack[];
  /** How the next request for a microphone is refused; null: it is granted. */
  refuse: 'NotAllowedError' | 'NotFoundError' | null;
  hidden: boolean;
  notes: { title: string; body: string }[];
  sinks: { what: string; id: string }[];
}

declare global {
  interface Window {
    __instruments: Instruments;
  }
}

const inPage = (): void => {
  const instruments: Instruments = { peers: [], microphones: [], refuse: null, hidden: false, notes: [], sinks: [] };
  window.__instruments = instruments;
  const { RTCPeerConnection: Peer } = window;
  window.RTCPeerConnection = class extends Peer {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      instruments.peers.push(this);
    }
  };
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const refused = localStorage.getItem('test.refuse') ?? instruments.refuse;
    if (refused) throw new DOMException('refused by the test', refused);
    const stream = await open(constraints);
    instruments.microphones.push(...stream.getAudioTracks());
    return stream;
  };
  Object.defineProperty(document, 'hidden', { get: () => instruments.hidden });
  class Note {
    static permission = 'granted';
    static requestPermission = async (): Promise<string> => 'granted';
    onclick: (() => void) | null = null;
    constructor(title: string, options?: { body?: string }) {
      instruments.notes.push({ title, body: options?.body ?? '' });
    }
    close(): void {}
  }
  Object.assign(window, { Notification: Note });
  // The headless browser has no loudspeaker at all: two are pretended, and where sound is sent to is written down.
  const list = devices.enumerateDevices.bind(devices);
  devices.enumerateDevices = async () => {
    const pretended = ['headset', 'loudspeaker'].map((name) => ({
      deviceId: `test-${name}`,
      groupId: '',
      kind: 'audiooutput',
      label: name,
    }));
    return [...(await list()).filter(({ kind }) => kind !== 'audiooutput'), ...pretended] as MediaDeviceInfo[];
  };
  const remember = (what: string, of: { prototype: object }): void => {
    Object.assign(of.prototype, {
      setSinkId: async (id: string) => {
        instruments.sinks.push({ what, id });
      },
    });
  };
  remember('ring', AudioContext);
  remember('speaker', HTMLMediaElement);
};

export const instrument = (target: Page): Promise<unknown> => target.addInitScript(inPage);

/** Sound that has come in since the call began: packets, and energy as the browser counts it. */
export const received = (page: Page): Promise<{ packets: number; energy: number }> =>
  page.evaluate(async () => {
    const found = { packets: 0, energy: 0 };
    const peer = window.__instruments.peers.at(-1);
    if (!peer) return found;
    for (const report of (await peer.getStats()).values() as Iterable<Record<string, unknown>>) {
      if (report.type !== 'inbound-rtp') continue;
      found.packets += Number(report.packetsReceived ?? 0);
      found.energy += Number(report.totalAudioEnergy ?? 0);
    }
    return found;
  });

/** The microphone is pulled out: its track ends, as do the copies that calls send, and there is no other. */
export const unplugMicrophone = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { __instruments: instruments } = window;
    instruments.refuse = 'NotFoundError';
    for (const peer of instruments.peers) for (const sender of peer.getSenders()) sender.track?.stop();
    for (const track of instruments.microphones.splice(0)) {
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
  });

export const plugMicrophoneIn = (page: Page): Promise<void> =>
  page.evaluate(() => {
    window.__instruments.refuse = null;
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  });

/** The frequency of the syllables that the agents' pretended microphone hears. */
export const AGENT_HZ = 1_000;

/** Syllables and not a steady tone: a microphone's noise suppression rightly takes that away. */
export const writeVoice = (directory: string): string => {
  const rate = 48_000;
  const samples = Int16Array.from({ length: rate * 4 }, (_, index) => {
    const inSyllable = (index / rate) % 0.5;
    const loud = inSyllable < 0.34 ? Math.sin((Math.PI * inSyllable) / 0.34) : 0;
    return Math.round(14_000 * loud * Math.sin((2 * Math.PI * AGENT_HZ * index) / rate));
  });
  const path = join(directory, 'voice.wav');
  writeFileSync(path, monoWav(samples, rate));
  return path;
};

/** A line of our own to the product's switch. */
export const openSwitchLine = async (product: Product): Promise<ManagerLine> => {
  const base = await chooseBase(join(product.dataDirectory, 'switch'), chooseRunAs());
  const { amiSecret } = JSON.parse(readFileSync(join(base, 'instance.json'), 'utf8')) as { amiSecret: string };
  return openManagerLine({ host: '127.0.0.1', port: product.ports.ami, username: 'hotline', secret: amiSecret });
};
