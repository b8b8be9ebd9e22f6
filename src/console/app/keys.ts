/**
 * Keys by their place on the board (`event.code`), never while an input method composes: pinyin uses letters, digits, space, Enter
 * and Shift for itself. Bare letters work only outside fields.
 */
export type KeyAct =
  | 'answer'
  | 'hang_up'
  | 'mute'
  | 'hold'
  | 'help'
  | 'third'
  | 'submit'
  | 'save'
  | 'find'
  | 'search_here'
  | 'focus_who'
  | 'focus_form'
  | 'focus_help'
  | 'focus_timeline'
  | 'key_map'
  | 'new_case'
  | 'next_row'
  | 'previous_row'
  | 'reload'
  | `request_type_${1 | 2 | 3 | 4 | 5 | 6 | 7}`;

export interface KeyInput {
  code: string;
  ctrl: boolean;
  shift: boolean;
  alt: boolean;
  composing: boolean;
  /** Whether the focus is where text is typed. */
  inField: boolean;
}

const PLAIN: Record<string, KeyAct> = { F1: 'key_map', F2: 'answer', F4: 'mute', F5: 'reload', F8: 'hold', F9: 'third', F10: 'help' };
const WITH_CTRL: Record<string, KeyAct> = {
  Enter: 'submit',
  NumpadEnter: 'submit',
  KeyS: 'save',
  KeyK: 'find',
  KeyR: 'reload',
  F5: 'reload',
};
const WITH_ALT: Record<string, KeyAct> = {
  KeyU: 'focus_who',
  KeyJ: 'focus_form',
  KeyK: 'focus_help',
  KeyL: 'focus_timeline',
  KeyN: 'new_case',
};
const BARE: Record<string, KeyAct> = { Slash: 'search_here', KeyJ: 'next_row', KeyK: 'previous_row' };

export const keyAct = (input: KeyInput): KeyAct | null => {
  if (input.composing) return null;
  const { code, ctrl, shift, alt, inField } = input;
  if (ctrl && shift && !alt) {
    const digit = /^Digit([1-7])$/.exec(code)?.[1];
    return digit ? (`request_type_${digit}` as KeyAct) : code === 'KeyR' ? 'reload' : null;
  }
  if (ctrl && !alt) return WITH_CTRL[code] ?? null;
  if (alt && !ctrl && !shift) return WITH_ALT[code] ?? null;
  if (alt || ctrl) return null;
  if (shift) return code === 'F2' ? 'hang_up' : code === 'Slash' && !inField ? 'key_map' : null;
  if (PLAIN[code]) return PLAIN[code];
  return inField ? null : (BARE[code] ?? null);
};

export const readKey = (event: KeyboardEvent): KeyInput => {
  const target = event.target instanceof HTMLElement ? event.target : null;
  return {
    code: event.code,
    ctrl: event.ctrlKey || event.metaKey,
    shift: event.shiftKey,
    alt: event.altKey,
    composing: event.isComposing || event.keyCode === 229,
    inField: target !== null && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)),
  };
};

type Handler = () => void;
const handlers = new Map<KeyAct, Handler[]>();

/** The newest handler of an act wins, so a page may take Ctrl+S from the desk while it is open. */
export const onKey = (act: KeyAct, handler: Handler): (() => void) => {
  handlers.set(act, [...(handlers.get(act) ?? []), handler]);
  return () =>
    handlers.set(
      act,
      (handlers.get(act) ?? []).filter((known) => known !== handler),
    );
};

const RELOAD_AGAIN_WITHIN_MS = 5_000;
let reloadAskedAt = Number.NEGATIVE_INFINITY;

/** @param inCall whether a reload now would cut the sound; it is then held back once */
export const listenToKeys = (inCall: () => boolean, onReloadHeldBack: () => void): (() => void) => {
  const listener = (event: KeyboardEvent): void => {
    const act = keyAct(readKey(event));
    if (!act) return;
    if (act === 'reload') {
      if (!inCall() || performance.now() - reloadAskedAt < RELOAD_AGAIN_WITHIN_MS) return;
      reloadAskedAt = performance.now();
      event.preventDefault();
      onReloadHeldBack();
      return;
    }
    const handler = handlers.get(act)?.at(-1);
    if (!handler) return;
    event.preventDefault();
    if (!event.repeat) handler();
  };
  window.addEventListener('keydown', listener);
  return () => window.removeEventListener('keydown', listener);
};
