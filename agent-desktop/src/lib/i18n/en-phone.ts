/** Words about calls that an agent takes by a telephone outside, English. */
import type { Words } from './zh.ts';

export const enPhone: Words['byPhone'] = {
  title: 'Take calls by telephone',
  wanted: 'The line is poor: take calls by telephone',
  text: 'Calls ring your own telephone; pick up and press 1 to be connected. The form stays on this page. The number is used for nothing else and is gone when you sign out.',
  placeholder: 'Number of your telephone',
  use: 'Use this telephone',
  on: 'Taking calls by telephone',
  onText: 'Once you are available, calls ring your telephone; pick up and press 1, or click Answer here.',
  stop: 'Back to this page',
  offer: {
    ringing: 'Your telephone is ringing: pick up and press 1',
    'picked-up': 'Picked up: press 1, or click Answer',
  },
  talking: 'By telephone',
  ringAgain: 'Ring my telephone again',
  advice: 'Use a telephone',
};
