/** Which key means what. Pure: a key event as plain data in, a command out. */

export type Command =
  | 'answer'
  | 'decline'
  | 'mute'
  | 'hold'
  | 'hang-up'
  | 'confirm'
  | 'toggle-intent'
  | 'transfer'
  | 'back'
  | 'conference'
  | 'knowledge'
  | 'matter'
  | 'keys';

export interface KeyPress {
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly repeat: boolean;
  /** The focus is where text is typed: only Ctrl and function keys are commands there. */
  readonly typing: boolean;
  /** The focus is on a button of the offer: Enter presses that one. */
  readonly onControl: boolean;
  /** The key belongs to an input method that is composing. */
  readonly composing: boolean;
}

/** What is on the page now. */
export interface KeyContext {
  readonly offered: boolean;
  readonly dialogOpen: boolean;
}

/** The command of a key press, or null. */
export function commandOf(press: KeyPress, context: KeyContext): Command | null {
  if (press.repeat || press.composing || press.alt) return null;
  if (press.ctrl) return ctrlCommand(press.key);
  if (press.key === 'F8') return 'toggle-intent';
  if (press.key === 'F2') return 'matter';
  if (context.dialogOpen) return null;
  if (context.offered) {
    // While a caller rings, Enter answers wherever the focus is, except in words being typed.
    if (press.key === 'Enter' && !press.typing && !press.onControl) return 'answer';
    if (press.key === 'Escape') return 'decline';
  }
  if (press.typing) return null;
  return plainCommand(press.key);
}

function ctrlCommand(key: string): Command | null {
  if (key === 'Enter') return 'confirm';
  return key.toLowerCase() === 'e' ? 'hang-up' : null;
}

function plainCommand(key: string): Command | null {
  switch (key.toLowerCase()) {
    case 'm':
      return 'mute';
    case 'h':
      return 'hold';
    case 't':
      return 'transfer';
    case 'b':
      return 'back';
    case 'c':
      return 'conference';
    case 'k':
      return 'knowledge';
    case '?':
    case '？':
      return 'keys';
  }
  return null;
}
