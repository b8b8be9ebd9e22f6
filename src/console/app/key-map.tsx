import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { Dialog, KeyCap } from '../ui/parts.tsx';

const ROWS: readonly [string, PhraseKey][] = [
  ['F2', 'call.answer'],
  ['⇧ F2', 'call.hang_up'],
  ['F4', 'key.mute'],
  ['F8', 'key.hold'],
  ['F9', 'third.open'],
  ['F9', 'dial.open'],
  ['F10', 'lead.ask'],
  ['Ctrl ↵', 'key.submit'],
  ['Ctrl S', 'case.save'],
  ['Ctrl K', 'key.find'],
  ['Alt U', 'key.who'],
  ['Alt J', 'key.form'],
  ['Alt K', 'key.help'],
  ['Alt L', 'key.timeline'],
  ['Ctrl ⇧ 1–7', 'case.request_type'],
  ['Alt N', 'case.new_here'],
  ['J · K', 'key.next_row'],
  ['/', 'key.search_here'],
  ['F1 · ?', 'key.map'],
];

export const KeyMap = ({ onClose }: { onClose: () => void }) => {
  const { t } = useWords();
  return (
    <Dialog title={t('key.map')} onClose={onClose}>
      <table className="key-table">
        <thead>
          <tr>
            <th scope="col">{t('key.key')}</th>
            <th scope="col">{t('key.does')}</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(([key, word]) => (
            <tr key={word}>
              <td>
                <KeyCap>{key}</KeyCap>
              </td>
              <td>{t(word)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
};
