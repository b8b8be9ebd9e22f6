import { Button, Segmented } from 'antd';
import { useEffect, useState } from 'react';
import type { Me } from '../../access/schemas.ts';
import { useWords } from '../i18n/i18n.ts';
import { listDevices, startRing, unlockSound } from '../softphone/sound.ts';
import { Dialog } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { signOutOfDesk } from './desk-acts.ts';
import { may } from './places.ts';
import { push } from './services.ts';
import { logOut } from './session.ts';
import { changeSettings, type Language, type Settings, settings } from './settings.ts';

/** Theme, language, size, devices and sign-out: everything of one's own, behind one's own name. */
export const Preferences = ({ me, onClose }: { me: Me; onClose: () => void }) => {
  const { t } = useWords();
  const chosen = useStore(settings);
  const agent = useStore(push.state).snapshot?.agent;
  return (
    <Dialog title={me.name} onClose={onClose}>
      <div className="preferences">
        <span className="label">{t('pref.language')}</span>
        <Segmented<Language>
          aria-label={t('pref.language')}
          value={chosen.language}
          onChange={(language) => changeSettings({ language })}
          options={[
            { value: 'zh-CN', label: t('pref.chinese') },
            { value: 'en', label: 'English' },
          ]}
        />
        <span className="label">{t('pref.theme')}</span>
        <Segmented<Settings['theme']>
          aria-label={t('pref.theme')}
          value={chosen.theme}
          onChange={(theme) => changeSettings({ theme })}
          options={[
            { value: 'light', label: t('pref.light') },
            { value: 'dark', label: t('pref.dark') },
            { value: 'system', label: t('pref.system') },
          ]}
        />
        <span className="label">{t('pref.size')}</span>
        <Segmented<Settings['size']>
          aria-label={t('pref.size')}
          value={chosen.size}
          onChange={(size) => changeSettings({ size })}
          options={[
            { value: 'standard', label: t('pref.standard') },
            { value: 'large', label: t('pref.large') },
          ]}
        />
        {may(me, 'desk.use') && <Devices chosen={chosen} />}
      </div>
      <div className="dialog-foot">
        {agent && agent.state !== 'signed_out' && <Button onClick={signOutOfDesk}>{t('agent.sign_out')}</Button>}
        <Button
          data-act="log-out"
          onClick={() => {
            if (agent && agent.state !== 'signed_out') signOutOfDesk();
            push.stop();
            void logOut();
          }}
        >
          {t('login.out')}
        </Button>
      </div>
    </Dialog>
  );
};

const Devices = ({ chosen }: { chosen: Settings }) => {
  const { t } = useWords();
  const [devices, setDevices] = useState<Awaited<ReturnType<typeof listDevices>>>({ inputs: [], outputs: [] });
  useEffect(() => void listDevices().then(setDevices), []);
  const choice = (label: string, value: string, list: MediaDeviceInfo[], change: (id: string) => void) => (
    <>
      <label className="label" htmlFor={`device-${label}`}>
        {label}
      </label>
      <select id={`device-${label}`} className="select" value={value} onChange={(event) => change(event.target.value)}>
        <option value="">{t('device.standard')}</option>
        {list.map((device) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || device.deviceId.slice(0, 8)}
          </option>
        ))}
      </select>
    </>
  );
  return (
    <>
      {choice(t('device.microphone'), chosen.microphoneId, devices.inputs, (microphoneId) => changeSettings({ microphoneId }))}
      {choice(t('device.headset'), chosen.speakerId, devices.outputs, (speakerId) => changeSettings({ speakerId }))}
      {choice(t('device.ring'), chosen.ringId, devices.outputs, (ringId) => changeSettings({ ringId }))}
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
        <Button size="small" onClick={() => void unlockSound().then(() => startRing(1))}>
          {t('device.try_ring')}
        </Button>
      </span>
    </>
  );
};
