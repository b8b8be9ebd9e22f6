import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The same engine without the browser's own windows: pages alone cost it a third less. */
const WINDOWLESS = '/usr/bin/chromium-headless-shell';

/**
 * Headless Chromium with a pretended microphone. On a machine with nothing but loopback it also needs one address outside 127/8 on
 * `lo` (facts of the switch: it offers no candidate in 127/8) and the last flag below.
 *
 * @param options.windowless where pages are looked at or counted and no more is asked of the browser; the whole one where there is no such build
 * @param options.voice absolute path of a 48 kHz mono 16-bit WAV that the microphone hears, in a loop
 */
export const startBrowser = (options: { voice?: string; windowless?: boolean } = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? (options.windowless && existsSync(WINDOWLESS) ? WINDOWLESS : '/usr/bin/chromium'),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      '--allow-loopback-in-peer-connection',
      ...(options.voice ? [`--use-file-for-fake-audio-capture=${options.voice}`] : []),
    ],
  });
