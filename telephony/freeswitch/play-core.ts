/** How far a play is, by events of the channel. Pure. */
import type { Effect, Fields } from './channel-core.ts';
import type { Leg, Play } from './leg.ts';

/** Parameter put before a file's path: FreeSWITCH copies it into the events of the playback. */
export const PLAY_FIELD = 'hl_play';

const SHORTEST_REPEATED_MS = 450;

type Reason = 'completed' | 'stopped' | 'failed';

/** Ends the play of a leg, if there is one. */
export function finishPlay(leg: Leg, reason: Reason): Effect[] {
  const { play } = leg;
  if (play === undefined) return [];
  leg.play = undefined;
  return [{ type: 'emit', event: { type: 'play.finished', legId: leg.legId, playId: play.request.playId, reason } }];
}

export function stopPlay(leg: Leg): Effect[] {
  return finishPlay(leg, 'stopped');
}

/** Identifies one file of a play. */
export function stepToken(token: string, step: number): string {
  return `${token}.${step}`;
}

/** PLAYBACK_START, PLAYBACK_STOP and the end of the application. Those of older plays are passed over. */
export function onPlaybackEvent(name: string, leg: Leg, fields: Fields): Effect[] {
  const { play } = leg;
  if (play === undefined) return [];
  if (name === 'CHANNEL_EXECUTE_COMPLETE') return onStepEnd(leg, play, fields);
  if (!(fields[PLAY_FIELD] ?? '').startsWith(`${play.token}.`)) return [];
  if (name === 'PLAYBACK_STOP') play.broken = fields['Playback-Status'] === 'break';
  if (name !== 'PLAYBACK_START' || play.started) return [];
  play.started = true;
  return [{ type: 'emit', event: { type: 'play.started', legId: leg.legId, playId: play.request.playId } }];
}

function onStepEnd(leg: Leg, play: Play, fields: Fields): Effect[] {
  const id = fields['Application-UUID'] ?? '';
  if (!id.startsWith(`${play.token}.`)) return [];
  const response = fields['Application-Response'] ?? '';
  if (response !== 'FILE PLAYED') return onInterrupted(leg, fields);
  // Broken off, and not by us: our own stop has ended the play already.
  if (play.broken) return stopPlay(leg);
  if (play.request.repeat === 'forever') return endsByItself(fields) ? [{ type: 'play-again', legId: leg.legId }] : [];
  return id === stepToken(play.token, play.steps - 1) ? finishPlay(leg, 'completed') : [];
}

/** FreeSWITCH repeats by itself, but not what took less than half a second. */
function endsByItself(fields: Fields): boolean {
  return Number(fields['variable_playback_ms'] ?? '0') < SHORTEST_REPEATED_MS;
}

/** Joining, parking elsewhere and hanging up end a playback with an error that is none. */
function onInterrupted(leg: Leg, fields: Fields): Effect[] {
  if (leg.joining !== undefined || fields['Answer-State'] === 'hangup') return stopPlay(leg);
  return [...finishPlay(leg, 'failed'), { type: 'flush-play', legId: leg.legId }];
}
