import type { PhoneState } from './phone-state.ts';
import { openMicrophone } from './sound.ts';

export interface Microphone {
  /** Opens the chosen one, or puts it in the place of the one that is open. */
  open: () => Promise<void>;
  close: () => void;
  stream: () => MediaStream | null;
}

export interface MicrophoneListeners {
  /** @param stream what a running call must send from now on; null: there is nothing to send */
  changed: (state: PhoneState['microphone'], stream: MediaStream | null) => void;
  /** The one that was open went away by itself and this one took its place. */
  replaced: (label: string) => void;
}

/** The one warm microphone of the page: kept open between calls, because opening it costs a citizen half a second of silence. */
export const createMicrophone = (on: MicrophoneListeners): Microphone => {
  let stream: MediaStream | null = null;
  let attempt = 0;
  let wanted = false;

  const drop = (): void => {
    for (const track of stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    stream = null;
  };

  const open = async (): Promise<string | null> => {
    wanted = true;
    attempt += 1;
    const mine = attempt;
    const opened = await openMicrophone();
    // A later choice or the end of the shift overtook this one; its device must not stay open.
    if (mine !== attempt || !wanted) {
      if ('stream' in opened) for (const track of opened.stream.getTracks()) track.stop();
      return null;
    }
    drop();
    if ('problem' in opened) {
      on.changed(opened.problem, null);
      return null;
    }
    stream = opened.stream;
    const [track] = stream.getAudioTracks();
    // Unplugged headset: the track ends by itself, and the citizen hears nothing from then on.
    if (track) track.onended = () => void lost();
    on.changed('ok', stream);
    return track?.label ?? '';
  };

  const lost = async (): Promise<void> => {
    drop();
    on.changed('missing', null);
    const label = await open();
    if (label !== null) on.replaced(label);
  };

  return {
    open: async () => void (await open()),
    close: () => {
      wanted = false;
      drop();
    },
    stream: () => stream,
  };
};
