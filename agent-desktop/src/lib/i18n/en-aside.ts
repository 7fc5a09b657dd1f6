/** What stands beside the draft, English. Keys as in `zh-aside.ts`. */
import type { Words } from './zh.ts';

export const enAside: Words['aside'] = {
  knowledge: {
    title: 'Articles',
    empty: 'Articles about what the caller says appear here.',
    none: 'Nothing found for “{{words}}”; try other words.',
    search: 'Search articles',
    stale: 'Out of date',
    staleHint: 'Valid until {{day}}: check before you tell it',
    until: 'Valid until {{day}}',
    source: 'Source: {{source}}',
    open: 'Open the article',
    close: 'Close (Esc)',
    copy: 'Copy this sentence',
    copied: 'Copied',
    copyFailed: 'The browser does not allow copying: select by hand',
    failed: 'The article was not opened ({{status}}); try again',
    gone: 'This article has been withdrawn',
    failedSearch: 'The search did not work; try again',
  },
  second: {
    offer: 'Perhaps a second matter: {{matter}}',
    words: '“{{words}}”',
    accept: 'A ticket of its own',
    dismiss: 'No',
    tabs: 'Tickets of this call',
    first: 'First',
    second: 'Second',
    empty: 'no class yet',
    done: 'accepted',
  },
  dialect: {
    label: 'Dialect of the caller',
    mandarin: 'Mandarin',
    guessed: '{{name}}? {{pct}}',
    unknown: 'Dialect',
    hint: 'As it sounds; once chosen, transcription, place names and transfers go by it',
  },
  similar: {
    title: 'Perhaps the same matter',
    ago_zero: 'today',
    ago_other: '{{count}} days ago',
    why: {
      caller: 'same caller',
      place: 'same place: {{name}}',
      street: '{{name}}',
      class: 'same matter',
      topic: 'same kind of matter: {{name}}',
    },
  },
};
