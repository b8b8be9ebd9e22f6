import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Icon } from './parts.tsx';

/** A button with what it opens below it; Esc and leaving it close it. */
export const MenuButton = ({
  icon,
  word,
  act,
  role = 'menu',
  children,
}: {
  icon: LucideIcon;
  word: string;
  act: string;
  role?: 'menu' | 'group';
  children: (close: () => void) => ReactNode;
}) => {
  const [open, setOpen] = useState(false);
  const close = (): void => setOpen(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only watches the focus leave its menu
    <div
      className="menu-place low"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <button
        type="button"
        className="plain-button"
        data-act={act}
        aria-haspopup={role === 'menu' ? 'menu' : 'true'}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon of={icon} /> {word}
      </button>
      {open &&
        (role === 'menu' ? (
          <div className="menu" role="menu" aria-label={word}>
            {children(close)}
          </div>
        ) : (
          <fieldset className="menu" aria-label={word}>
            {children(close)}
          </fieldset>
        ))}
    </div>
  );
};
