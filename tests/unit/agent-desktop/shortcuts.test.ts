import { describe, expect, it } from '@jest/globals';
import { commandOf } from '../../../agent-desktop/src/lib/shortcuts.ts';
import type { Command, KeyPress } from '../../../agent-desktop/src/lib/shortcuts.ts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  alt: false,
  repeat: false,
  typing: false,
  onControl: false,
  composing: false,
  ...more,
});
const idle = { offered: false, dialogOpen: false };
const offered = { offered: true, dialogOpen: false };

const table: readonly (readonly [string, KeyPress, typeof idle, Command | null])[] = [
  ['Enter answers', press('Enter'), offered, 'answer'],
  ['Enter without an offer is the page’s', press('Enter'), idle, null],
  ['Enter on the decline button presses it', press('Enter', { onControl: true }), offered, null],
  ['Enter while typing stays in the text', press('Enter', { typing: true }), offered, null],
  ['Esc declines', press('Escape'), offered, 'decline'],
  ['M mutes', press('m'), idle, 'mute'],
  ['M while typing is a letter', press('m', { typing: true }), idle, null],
  ['H holds', press('H'), idle, 'hold'],
  ['Ctrl+E hangs up even while typing', press('e', { ctrl: true, typing: true }), idle, 'hang-up'],
  ['Ctrl+Enter confirms even while typing', press('Enter', { ctrl: true, typing: true }), offered, 'confirm'],
  ['F8 toggles while typing', press('F8', { typing: true }), idle, 'toggle-intent'],
  ['T consults or transfers', press('t'), idle, 'transfer'],
  ['B goes back to the caller', press('B'), idle, 'back'],
  ['C brings three together', press('c'), idle, 'conference'],
  ['T while typing is a letter', press('t', { typing: true }), idle, null],
  ['? shows the keys', press('?'), idle, 'keys'],
  ['the Chinese question mark too', press('？'), idle, 'keys'],
  ['a held key counts once', press('m', { repeat: true }), idle, null],
  ['an input method keeps its Enter', press('Enter', { composing: true }), offered, null],
  ['a dialog keeps its Enter', press('Enter'), { offered: true, dialogOpen: true }, null],
];

describe('shortcuts', () => {
  it.each(table)('%s', (_name, key, context, command) => {
    expect(commandOf(key, context)).toBe(command);
  });
});
