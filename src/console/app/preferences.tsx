import { Button, Segmented } from 'antd';
import type { Me } from '../../access/schemas.ts';
import { useWords } from '../i18n/i18n.ts';
import { OwnFactor } from '../login/own-factor.tsx';
import { DeviceChoice } from '../softphone/device-choice.tsx';
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
        <OwnFactor />
        {may(me, 'desk.use') && <DeviceChoice />}
      </div>
      <div className="dialog-foot">
        {agent && agent.state !== 'signed_out' && <Button onClick={() => void signOutOfDesk()}>{t('agent.sign_out')}</Button>}
        <Button data-act="log-out" onClick={() => void leave(agent !== undefined && agent.state !== 'signed_out')}>
          {t('login.out')}
        </Button>
      </div>
    </Dialog>
  );
};

/** In a call nobody leaves: it would be ended. */
const leave = async (signedIn: boolean): Promise<void> => {
  if (signedIn && !(await signOutOfDesk())) return;
  push.stop();
  await logOut();
};
