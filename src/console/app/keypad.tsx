import { useEffect, useRef, useState } from 'react';
import { useWords } from '../i18n/i18n.ts';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** Twelve keys that float under their button; typing works while it is open, Esc closes it. */
export const Keypad = ({ onDigit, onClose }: { onDigit: (digit: string) => void; onClose: () => void }) => {
  const { t } = useWords();
  const [pressed, setPressed] = useState('');
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  const press = (digit: string): void => {
    setPressed((before) => (before + digit).slice(-16));
    onDigit(digit);
  };
  return (
    <div
      ref={box}
      className="keypad"
      role="dialog"
      aria-label={t('call.keypad')}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        else if (DIGITS.includes(event.key)) press(event.key);
      }}
    >
      <output className="keypad-digits">{pressed || ' '}</output>
      {DIGITS.map((digit) => (
        <button key={digit} type="button" onClick={() => press(digit)}>
          {digit}
        </button>
      ))}
    </div>
  );
};
