import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { changeSettings, settings } from '../app/settings.ts';
import { useWords } from '../i18n/i18n.ts';
import { useStore } from '../ui/store.ts';
import { createLevelMeter, listDevices, openMicrophone, startRing, trySpeaker, unlockSound } from './sound.ts';

type Devices = Awaited<ReturnType<typeof listDevices>>;

/** Microphone, headset and ring of this computer: chosen, tried, and remembered. */
export const DeviceChoice = () => {
  const { t } = useWords();
  const chosen = useStore(settings);
  const devices = useDevices();
  return (
    <>
      <Choice
        id="microphone"
        label={t('device.microphone')}
        value={chosen.microphoneId}
        list={devices?.inputs}
        onChange={(microphoneId) => changeSettings({ microphoneId })}
      />
      <span />
      <MicrophoneCheck microphoneId={chosen.microphoneId} />
      <Choice
        id="speaker"
        label={t('device.headset')}
        value={chosen.speakerId}
        list={devices?.outputs}
        onChange={(speakerId) => changeSettings({ speakerId })}
      />
      <span />
      <Button size="small" data-act="try-speaker" onClick={() => void unlockSound().then(trySpeaker)}>
        {t('device.try_speaker')}
      </Button>
      <Choice
        id="ring"
        label={t('device.ring')}
        value={chosen.ringId}
        list={devices?.outputs}
        onChange={(ringId) => changeSettings({ ringId })}
      />
      <label className="label" htmlFor="ring-level">
        {t('device.ring_level')}
      </label>
      <span className="row">
        <input
          id="ring-level"
          type="range"
          min={10}
          max={100}
          step={10}
          value={chosen.ringLevel}
          onChange={(event) => changeSettings({ ringLevel: Number(event.target.value) })}
        />
        <Button size="small" data-act="try-ring" onClick={() => void unlockSound().then(() => startRing(1))}>
          {t('device.try_ring')}
        </Button>
      </span>
    </>
  );
};

/** Follows plugging and unplugging while the list is open. */
const useDevices = (): Devices | null => {
  const [devices, setDevices] = useState<Devices | null>(null);
  useEffect(() => {
    const read = (): void => void listDevices().then(setDevices);
    read();
    navigator.mediaDevices?.addEventListener('devicechange', read);
    return () => navigator.mediaDevices?.removeEventListener('devicechange', read);
  }, []);
  return devices;
};

const Choice = (props: {
  id: string;
  label: string;
  value: string;
  list: MediaDeviceInfo[] | undefined;
  onChange: (id: string) => void;
}) => {
  const { t } = useWords();
  // Also while the list is still being read: the choice must not look forgotten.
  const absent = props.value !== '' && !props.list?.some((device) => device.deviceId === props.value);
  return (
    <>
      <label className="label" htmlFor={`device-${props.id}`}>
        {props.label}
      </label>
      <select id={`device-${props.id}`} className="select" value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        <option value="">{t('device.standard')}</option>
        {absent && <option value={props.value}>{t(props.list ? 'device.gone' : 'state.loading')}</option>}
        {props.list?.map((device) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || device.deviceId.slice(0, 8)}
          </option>
        ))}
      </select>
    </>
  );
};

const CELLS = [0, 1, 2, 3, 4, 5, 6, 7];
const LEVEL_EVERY_MS = 100;

/** Opens the chosen microphone beside the one of the telephone, so that it can be tried before the first call and during one. */
const MicrophoneCheck = ({ microphoneId }: { microphoneId: string }) => {
  const { t } = useWords();
  const cells = useRef<HTMLSpanElement>(null);
  const [problem, setProblem] = useState<'denied' | 'missing' | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice is another microphone to open
  useEffect(() => {
    let stop = (): void => {};
    let gone = false;
    void openMicrophone().then((opened) => {
      setProblem('problem' in opened ? opened.problem : null);
      if ('problem' in opened) return;
      const { stream } = opened;
      const meter = createLevelMeter(stream);
      const timer = setInterval(() => {
        const level = Math.ceil(meter.read() * CELLS.length);
        cells.current?.style.setProperty('--level', String(level));
        if (cells.current) cells.current.dataset.level = String(level);
      }, LEVEL_EVERY_MS);
      stop = () => {
        clearInterval(timer);
        meter.stop();
        for (const track of stream.getTracks()) track.stop();
      };
      if (gone) stop();
    });
    void unlockSound();
    return () => {
      gone = true;
      stop();
    };
  }, [microphoneId]);
  if (problem)
    return (
      <span className="fact-amber" role="status">
        {t(`device.microphone_${problem}`)}
      </span>
    );
  return (
    <span className="row">
      <span className="level-cells" ref={cells} data-check="microphone" aria-hidden>
        {CELLS.map((cell) => (
          <i key={cell} style={{ '--cell': cell } as React.CSSProperties} />
        ))}
      </span>
      <span className="meta">{t('device.check_microphone')}</span>
    </span>
  );
};
