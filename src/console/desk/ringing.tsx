import { FolderOpen, Headset, type LucideIcon, PhoneOff, PhoneOutgoing, Repeat2, UserRoundX, UsersRound, Voicemail } from 'lucide-react';
import type { BriefLine } from '../../calls/schemas.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon, Moment, PanelHead } from '../ui/parts.tsx';
import type { DeskCard } from './desk-view.ts';

const LOOKS: Record<BriefLine['kind'], { icon: LucideIcon; tone: 'amber' | 'blue' | 'plain' }> = {
  called_back: { icon: PhoneOutgoing, tone: 'blue' },
  repeat: { icon: Repeat2, tone: 'amber' },
  open_case: { icon: FolderOpen, tone: 'blue' },
  last_spoke_with_you: { icon: Headset, tone: 'plain' },
  voicemail: { icon: Voicemail, tone: 'amber' },
  unknown: { icon: UserRoundX, tone: 'plain' },
  maybe: { icon: UsersRound, tone: 'plain' },
  withheld: { icon: PhoneOff, tone: 'plain' },
};

const BriefRow = ({ line }: { line: BriefLine }) => {
  const { t } = useWords();
  const { at, ...values } = line.values;
  const look = LOOKS[line.kind];
  return (
    <li className="brief-line" data-kind={line.kind}>
      <span className={`brief-icon tone-${look.tone}`}>
        <Icon of={look.icon} size={22} />
      </span>
      <div>
        <p className="brief-title">
          {t(`brief.${line.kind}`, values)} {typeof at === 'string' && <Moment at={at} />}
        </p>
        <p className="brief-say">{t(`brief.${line.kind}.say`, values)}</p>
      </div>
    </li>
  );
};

/** What changes the greeting, strongest first; the form waits until somebody speaks. */
export const Ringing = ({ card }: { card: DeskCard }) => {
  const { t } = useWords();
  const filled = Object.entries(card.prefill).filter(([, value]) => typeof value === 'string' && value !== '');
  return (
    <section id="what" aria-label={t('brief.title')} data-offer={card.offerId} data-call={card.callId}>
      <div className="page-top">
        <h1>{t('brief.title')}</h1>
      </div>
      <div className="what-body padded">
        <ul className="brief">
          {card.brief.length === 0 && (
            <BriefRow line={{ kind: card.caller.identity === 'withheld' ? 'withheld' : 'unknown', values: { calls: 0 } }} />
          )}
          {card.brief.map((line) => (
            <BriefRow key={line.kind} line={line} />
          ))}
        </ul>
        {filled.length > 0 && (
          <>
            <PanelHead title={t('brief.prefill')} side={t('brief.prefill_note')} />
            <dl className="prefill">
              {filled.map(([field, value]) => (
                <div key={field}>
                  <dt>{t(`field.${field}` as never)}</dt>
                  <dd className="proposed">{String(value)}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </div>
      <div className="foot" />
    </section>
  );
};
