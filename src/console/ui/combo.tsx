import { Input } from 'antd';
import { useId, useState } from 'react';
import { useWords } from '../i18n/i18n.ts';

export interface ComboOption {
  key: string;
  label: string;
  note?: string;
}

/**
 * A text field with suggestions, by the keys of a combobox: arrows move, Enter takes, Esc closes the list and leaves what was typed.
 * Keys of an input method that is still composing are its own.
 */
export const Combo = (props: {
  id: string;
  label: string;
  value: string;
  placeholder?: string;
  options: readonly ComboOption[];
  onType: (text: string) => void;
  onChoose: (key: string) => void;
  onLeave?: () => void;
}) => {
  const { options } = props;
  const { t } = useWords();
  const list = useId();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const shown = open && options.length > 0;
  const at = Math.min(active, options.length - 1);
  const choose = (key: string): void => {
    props.onChoose(key);
    setOpen(false);
    setActive(-1);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setOpen(true);
      if (options.length > 0) setActive(shown ? (at + step + options.length) % options.length : step > 0 ? 0 : options.length - 1);
    } else if (event.key === 'Enter' && shown) {
      event.preventDefault();
      const option = options[Math.max(0, at)];
      if (option) choose(option.key);
    } else if (event.key === 'Escape' && shown) {
      event.stopPropagation();
      setOpen(false);
    }
  };
  return (
    <div className="combo">
      <Input
        id={props.id}
        role="combobox"
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `${list}-${at}` : undefined}
        autoComplete="off"
        placeholder={props.placeholder}
        value={props.value}
        onChange={(event) => {
          props.onType(event.target.value);
          setOpen(true);
          setActive(-1);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setOpen(false);
          setActive(-1);
          props.onLeave?.();
        }}
      />
      <div id={list} role="listbox" aria-label={props.label} className={shown ? 'menu picker-list' : 'hidden'}>
        {shown &&
          options.map((option, index) => (
            <div
              key={option.key}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              onMouseDown={(event) => {
                // Before the field loses its focus and with it the list.
                event.preventDefault();
                choose(option.key);
              }}
            >
              {option.label}
              {option.note && <small> {option.note}</small>}
            </div>
          ))}
      </div>
      <span className="visually-hidden" role="status">
        {shown ? t('list.suggestions', { n: options.length }) : ''}
      </span>
    </div>
  );
};
