import { createStore } from '../ui/store.ts';

export type Language = 'zh-CN' | 'en';

/** What a person set for this computer. Kept in the browser: a headset belongs to a desk, not to an account. */
export interface Settings {
  theme: 'light' | 'dark' | 'system';
  language: Language;
  size: 'standard' | 'large';
  microphoneId: string;
  speakerId: string;
  ringId: string;
  /** 0–100 per cent of the ring's full level. */
  ringLevel: number;
}

const KEY = 'hotline.settings';
const DEFAULTS: Settings = {
  theme: 'system',
  language: 'zh-CN',
  size: 'standard',
  microphoneId: '',
  speakerId: '',
  ringId: '',
  ringLevel: 100,
};

const load = (): Settings => {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? { ...DEFAULTS, ...stored } : DEFAULTS;
  } catch {
    return DEFAULTS; // storage may be forbidden or damaged; the console works without
  }
};

export const settings = createStore<Settings>(load());

export const changeSettings = (change: Partial<Settings>): void => {
  settings.set((previous) => ({ ...previous, ...change }));
  try {
    localStorage.setItem(KEY, JSON.stringify(settings.get()));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
};

export const scaleOf = (size: Settings['size']): number => (size === 'large' ? 1.125 : 1);
