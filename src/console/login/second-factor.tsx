import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { Copy, Printer } from 'lucide-react';
import { useId, useState } from 'react';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Failed, Icon, Loading } from '../ui/parts.tsx';
import { QrCode } from './qr-code.tsx';

/** JBSW Y3DP …: what is typed by hand is read in groups. */
const inGroups = (secret: string): string => secret.match(/.{1,4}/g)?.join(' ') ?? secret;

interface CodeFormProps {
  word: string;
  send: (code: string) => Promise<void>;
}

/** A code of the moment, and what the service says of it. */
export const CodeForm = ({ word, send }: CodeFormProps) => {
  const { t } = useWords();
  const id = useId();
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      await send(code.trim());
    } catch (error) {
      setProblem(messageOf(error));
      setCode('');
      setBusy(false);
    }
  };
  return (
    <form
      className="login-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label htmlFor={id}>{t('factor.code')}</label>
      <Input
        id={id}
        size="large"
        autoComplete="one-time-code"
        inputMode="numeric"
        maxLength={7}
        value={code}
        aria-invalid={problem !== ''}
        onChange={(event) => setCode(event.target.value)}
      />
      <p className="login-problem" role="alert">
        {problem}
      </p>
      <Button type="primary" htmlType="submit" size="large" loading={busy} disabled={!code.trim()} block data-act="send-code">
        {word}
      </Button>
      {!code.trim() && <p className="login-hint">{t('factor.code_hint')}</p>}
    </form>
  );
};

/** The way from nothing to a second factor in force: photograph, type the first code, keep the recovery codes. */
export const Enrolment = ({ onDone }: { onDone: () => void }) => {
  const { t } = useWords();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['enrolment'],
    queryFn: api.beginSecondFactor,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    enabled: codes === null,
  });
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={6} />;
  return (
    <>
      <ol className="enrol-steps">
        <li>{t('factor.step_app')}</li>
        <li>
          {t('factor.step_scan')}
          <QrCode text={data.uri} label={t('factor.qr')} />
          <p className="meta">{t('factor.by_hand')}</p>
          <code className="secret" data-secret>
            {inGroups(data.secret)}
          </code>
        </li>
        <li>{t('factor.step_code')}</li>
      </ol>
      <CodeForm word={t('factor.confirm')} send={async (code) => setCodes((await api.confirmSecondFactor(code)).recoveryCodes)} />
    </>
  );
};

/** Shown this once. Whoever goes on has said that they are kept. */
export const RecoveryCodes = ({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) => {
  const { t } = useWords();
  const [kept, setKept] = useState(false);
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  const copy = async (): Promise<void> => {
    // Without TLS the browser has no clipboard for us; the codes can still be marked and copied by hand.
    const done = await Promise.resolve(navigator.clipboard?.writeText(codes.join('\n')) ?? Promise.reject(new Error('no clipboard'))).then(
      () => true,
      () => false,
    );
    setCopied(done ? 'yes' : 'refused');
  };
  return (
    <section className="recovery" aria-label={t('factor.recovery')}>
      <h2>{t('factor.recovery')}</h2>
      <p>{t('factor.recovery_note')}</p>
      <ul className="recovery-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="row no-print">
        <Button icon={<Icon of={Copy} />} data-act="copy-codes" onClick={() => void copy()}>
          {t('factor.copy')}
        </Button>
        <Button icon={<Icon of={Printer} />} onClick={() => window.print()}>
          {t('factor.print')}
        </Button>
        <span className="meta" role="status">
          {copied === 'no' ? '' : t(copied === 'yes' ? 'factor.copied' : 'factor.copy_refused')}
        </span>
      </div>
      <label className="check-line no-print">
        <input type="checkbox" checked={kept} onChange={(event) => setKept(event.target.checked)} /> {t('factor.kept')}
      </label>
      <div className="no-print">
        <Button type="primary" disabled={!kept} data-act="codes-kept" onClick={onDone}>
          {t('factor.go_on')}
        </Button>
      </div>
    </section>
  );
};

/** New recovery codes for one's own account: the old ones end with them. */
export const RenewCodes = ({ onDone }: { onDone: () => void }) => {
  const { t } = useWords();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  return (
    <>
      <p>{t('factor.renew_note')}</p>
      <CodeForm word={t('factor.renew')} send={async (code) => setCodes((await api.renewCodes(code)).recoveryCodes)} />
    </>
  );
};
