import { useEffect, useRef } from 'react';
import { useSession } from '../../components/session-context.ts';
import { commandOf } from '../../lib/shortcuts.ts';
import type { Command, KeyPress } from '../../lib/shortcuts.ts';

export interface ShortcutOptions {
  readonly dialogOpen: boolean;
  readonly onKeys: () => void;
  readonly onToggleIntent: () => void;
}

/** The confirm button listens for this, because it alone knows which draft is shown. */
export const confirmEvent = 'hotline:confirm';
/** The controls of a call with more than two listen for this: they know what the key means now. */
export const partyEvent = 'hotline:party';
/** The panel of articles listens for this: it takes the focus. */
export const knowledgeEvent = 'hotline:knowledge';
export type PartyKey = 'transfer' | 'back' | 'conference';

/** Keys of the agent page. */
export function useShortcuts(options: ShortcutOptions): void {
  const { session } = useSession();
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    const run: Readonly<Record<Command, () => void>> = {
      answer: () => {
        session.answer();
      },
      decline: () => void session.decline(),
      mute: () => {
        session.toggleMute();
      },
      hold: () => void session.toggleHold(),
      'hang-up': () => void session.hangUp(),
      confirm: () => window.dispatchEvent(new Event(confirmEvent)),
      'toggle-intent': () => {
        latest.current.onToggleIntent();
      },
      transfer: () => window.dispatchEvent(new CustomEvent(partyEvent, { detail: 'transfer' })),
      back: () => window.dispatchEvent(new CustomEvent(partyEvent, { detail: 'back' })),
      conference: () => window.dispatchEvent(new CustomEvent(partyEvent, { detail: 'conference' })),
      knowledge: () => window.dispatchEvent(new Event(knowledgeEvent)),
      matter: () => {
        session.matterKey();
      },
      keys: () => {
        latest.current.onKeys();
      },
    };
    const onKey = (event: KeyboardEvent): void => {
      const offered = session.socket.desk.getSnapshot().offer !== null;
      const command = commandOf(pressOf(event), { offered, dialogOpen: latest.current.dialogOpen });
      if (command === null) return;
      event.preventDefault();
      event.stopPropagation();
      run[command]();
    };
    // In the capture phase: a focused button must not take the Enter that answers.
    window.addEventListener('keydown', onKey, true);
    return () => {
      window.removeEventListener('keydown', onKey, true);
    };
  }, [session]);
}

function pressOf(event: KeyboardEvent): KeyPress {
  const element = event.target instanceof HTMLElement ? event.target : null;
  return {
    key: event.key,
    ctrl: event.ctrlKey || event.metaKey,
    alt: event.altKey,
    repeat: event.repeat,
    typing: element?.matches('input:not([type=radio]):not([type=checkbox]), textarea, [contenteditable]') ?? false,
    onControl: element?.closest('.offer button') !== null && element !== null,
    composing: event.isComposing,
  };
}
