import { settings } from '../app/settings.ts';

/**
 * Sound of the page: the warm microphone, the loudspeaker of a call, the level meters and the ring. Browsers let a page sound only
 * after a gesture, so everything is prepared at sign-in and `blocked()` tells when a gesture is still wanted.
 */
interface SinkContext extends AudioContext {
  setSinkId?: (id: string) => Promise<void>;
}

let context: SinkContext | null = null;
const shared = (): SinkContext => {
  context ??= new AudioContext();
  return context;
};

export const unlockSound = async (): Promise<boolean> => {
  const ready = shared();
  if (ready.state === 'suspended') await Promise.race([ready.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
  return ready.state === 'running';
};

export const soundBlocked = (): boolean => context !== null && context.state !== 'running';

/** What a call sends where there is no microphone: packets of silence, so that nobody takes the leg for dead. */
export const silence = (): MediaStream => {
  const audio = shared();
  void audio.resume().catch(() => {});
  return audio.createMediaStreamDestination().stream;
};

export type MicrophoneResult = { stream: MediaStream } | { problem: 'denied' | 'missing' };

/** Asked for at sign-in and kept: opening a microphone takes half a second that a citizen would spend in silence. */
export const openMicrophone = async (): Promise<MicrophoneResult> => {
  if (!navigator.mediaDevices?.getUserMedia) return { problem: 'missing' };
  const { microphoneId } = settings.get();
  const wanted: MediaTrackConstraints = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(microphoneId ? { deviceId: { ideal: microphoneId } } : {}),
  };
  try {
    return { stream: await navigator.mediaDevices.getUserMedia({ audio: wanted, video: false }) };
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    return { problem: name === 'NotAllowedError' || name === 'SecurityError' ? 'denied' : 'missing' };
  }
};

export const listDevices = async (): Promise<{ inputs: MediaDeviceInfo[]; outputs: MediaDeviceInfo[] }> => {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
  return {
    inputs: devices.filter((device) => device.kind === 'audioinput' && device.deviceId !== ''),
    outputs: devices.filter((device) => device.kind === 'audiooutput' && device.deviceId !== ''),
  };
};

/** A chosen device may be unplugged: sound that comes out of the wrong place is better than none. */
const toSink = async (target: { setSinkId?: (id: string) => Promise<void> }, id: string): Promise<void> => {
  await target.setSinkId?.(id).catch(() => target.setSinkId?.('').catch(() => {}));
};

/** The loudspeaker of calls: one element for the life of the page. */
let speaker: HTMLAudioElement | null = null;
export const playRemote = (stream: MediaStream | null): void => {
  speaker ??= new Audio();
  speaker.srcObject = stream;
  if (!stream) return;
  void speaker.play().catch(() => {});
  applySpeaker();
};

/** Puts a running call on the chosen headset. */
export const applySpeaker = (): void => {
  if (speaker) void toSink(speaker, settings.get().speakerId);
};

export interface LevelMeter {
  /** 0 silence to 1 loud, as an ear would rank it. */
  read: () => number;
  stop: () => void;
}

const FLOOR_DB = -55;
const CEILING_DB = -12;

export const createLevelMeter = (stream: MediaStream): LevelMeter => {
  const source = shared().createMediaStreamSource(stream);
  const analyser = shared().createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read: () => {
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const sample of samples) sum += sample * sample;
      const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
      return Math.min(1, Math.max(0, (decibels - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
    },
    stop: () => source.disconnect(),
  };
};

const RING_EVERY_SECONDS = 3;
const TONE_SECONDS = 0.4;
const RING_DB = [-18, -15, -12] as const;

const tone = (at: number, frequency: number, level: number, into: AudioNode): OscillatorNode => {
  const oscillator = shared().createOscillator();
  const gain = shared().createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(level, at + 0.03);
  gain.gain.setValueAtTime(level, at + TONE_SECONDS - 0.08);
  gain.gain.linearRampToValueAtTime(0, at + TONE_SECONDS);
  oscillator.connect(gain).connect(into);
  oscillator.start(at);
  oscillator.stop(at + TONE_SECONDS);
  return oscillator;
};

let stopCurrent: (() => void) | null = null;

export const stopRing = (): void => {
  stopCurrent?.();
  stopCurrent = null;
};

/**
 * Two soft tones every three seconds, a little louder with each of the first three rings. The same for everyone who calls: the
 * sound must not prejudge a citizen.
 *
 * @param rings how many, or Infinity until `stopRing`
 */
export const startRing = (rings = Number.POSITIVE_INFINITY): void => {
  stopRing();
  const { ringId, ringLevel } = settings.get();
  const audio = shared();
  void toSink(audio, ringId);
  void audio.resume().catch(() => {});
  const out = audio.createGain();
  out.gain.value = ringLevel / 100;
  out.connect(audio.destination);
  let rung = 0;
  let sounding: OscillatorNode[] = [];
  const ring = (): void => {
    if (rung >= rings) return;
    const level = 10 ** ((RING_DB[Math.min(rung, RING_DB.length - 1)] ?? -12) / 20);
    rung += 1;
    sounding = [tone(audio.currentTime, 660, level, out), tone(audio.currentTime + TONE_SECONDS, 880, level, out)];
  };
  ring();
  const timer = setInterval(ring, RING_EVERY_SECONDS * 1000);
  stopCurrent = () => {
    clearInterval(timer);
    for (const oscillator of sounding) oscillator.stop();
    out.disconnect();
  };
};

const HELP_HZ = 1_040;

/** An agent asks for help: one short tone, unlike the ring, for the team leader alone. Silent where the page may not sound yet. */
export const playHelpTone = (): void => {
  const audio = shared();
  const { ringId, ringLevel } = settings.get();
  void toSink(audio, ringId);
  void audio.resume().catch(() => {});
  if (audio.state !== 'running') return;
  const out = audio.createGain();
  out.gain.value = ringLevel / 100;
  out.connect(audio.destination);
  tone(audio.currentTime, HELP_HZ, 10 ** (RING_DB[0] / 20), out).onended = () => out.disconnect();
};

/** One short tone on the headset that calls are heard on. */
export const trySpeaker = async (): Promise<void> => {
  const audio = shared();
  const out = audio.createMediaStreamDestination();
  const heard = new Audio();
  heard.srcObject = out.stream;
  await toSink(heard, settings.get().speakerId);
  await heard.play().catch(() => {});
  tone(audio.currentTime + 0.1, 660, 0.25, out).onended = () => {
    heard.srcObject = null;
  };
};
