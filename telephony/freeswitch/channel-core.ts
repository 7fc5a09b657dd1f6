/**
 * Events of channels to events of legs. Pure: the table of legs is its only state; what has to be done besides telling
 * comes back as effects, in order.
 */
import type { EslEvent } from '../esl/codec/event.ts';
import type { LegOrigin, SwitchEvent } from '../ports/switch.ts';
import { causeOf, channelEnd, type ChannelEnd } from './causes.ts';
import { markReady, newLeg, type Leg, type LegTable } from './leg.ts';
import { decodeValue, OWN_CHANNEL_VARIABLE, readMarks } from './marks.ts';
import { onPlaybackEvent, stopPlay } from './play-core.ts';
import { counterVariables, qualityEvent, readFigures, readReport, ticksPerMs, zeroCounters } from './quality-core.ts';
import { saidBeside } from './said-beside.ts';

export type Effect =
  | { readonly type: 'emit'; readonly event: SwitchEvent }
  /** A play for ever came to its end, or its switch was restarted. */
  | { readonly type: 'play-again'; readonly legId: string }
  /** A play failed in the middle: what is queued behind it must go. */
  | { readonly type: 'flush-play'; readonly legId: string }
  /** Dialled before it was cancelled, made after. */
  | { readonly type: 'kill'; readonly legId: string }
  /** One is left in a conference. */
  | { readonly type: 'leave-conference'; readonly legId: string }
  | { readonly type: 'tap-lost'; readonly legId: string }
  | { readonly type: 'media-opened'; readonly legId: string };

export type Fields = Readonly<Record<string, string>>;

const emit = (event: SwitchEvent): Effect => ({ type: 'emit', event });

/** Events of channels, by name, that the core reads. */
export const channelEvents = [
  'CHANNEL_CREATE',
  'CHANNEL_PROGRESS',
  'CHANNEL_PROGRESS_MEDIA',
  'CHANNEL_ANSWER',
  'CHANNEL_PARK',
  'CHANNEL_BRIDGE',
  'CHANNEL_HANGUP_COMPLETE',
  'CHANNEL_EXECUTE_COMPLETE',
  'PLAYBACK_START',
  'PLAYBACK_STOP',
  'RECORD_START',
  'RECORD_STOP',
  'DTMF',
  'SEND_RTCP_MESSAGE',
  'RECV_RTCP_MESSAGE',
  'conference::maintenance',
  'mod_audio_fork::connect_failed',
  'mod_audio_fork::disconnect',
] as const;

const PLAYBACK_END = Buffer.from('"Application":"playback"');
const CONFERENCE_JOIN = Buffer.from('"Action":"add-member"');
const CONFERENCE_LEAVE = Buffer.from('"Action":"del-member"');

/** Whether an event is worth parsing; FreeSWITCH cannot be asked for these only. */
export function wantsEvent(name: string, body: Buffer): boolean {
  if (name === 'CHANNEL_EXECUTE_COMPLETE') return body.includes(PLAYBACK_END);
  if (name === 'conference::maintenance') return body.includes(CONFERENCE_JOIN) || body.includes(CONFERENCE_LEAVE);
  return true;
}

/** Milliseconds of FreeSWITCH's clock at which an event happened. */
export function eventMs(fields: Fields): number {
  const us = Number(fields['Event-Date-Timestamp'] ?? '');
  return Number.isFinite(us) ? us / 1_000 : 0;
}

export class ChannelCore {
  readonly #legs: LegTable;

  constructor(legs: LegTable) {
    this.#legs = legs;
  }

  on(event: EslEvent): Effect[] {
    const { fields, name } = event;
    const legId = fields['Unique-ID'] ?? '';
    const leg = this.#legs.find(legId);
    if (name === 'CHANNEL_PARK') return this.#onPark(leg, fields);
    if (name === 'CHANNEL_BRIDGE') return this.#onBridge(fields);
    if (leg === undefined) return [];
    return name.includes('::') ? this.#onCustom(name, leg, fields) : this.#onLegEvent(name, leg, fields);
  }

  /** The leg is gone; its channel said so, or it cannot be found any more. */
  end(leg: Leg, end: ChannelEnd): Effect[] {
    if (leg.ended) return [];
    const effects = [...stopPlay(leg), ...this.#leaveConference(leg)];
    leg.ended = true;
    this.#legs.delete(leg.legId);
    leg.resolveEnded();
    leg.resolveReady();
    return [...effects, emit({ type: 'leg.ended', legId: leg.legId, ...end })];
  }

  /** The outcome of a dial as its background job tells it; the channel's own end has mostly said it before. */
  dialFailed(leg: Leg, reply: string): Effect[] {
    const cause = causeOf(reply.replace(/^-ERR\s*/, '').trim());
    return this.end(leg, {
      cause: leg.endCause ?? cause,
      by: leg.endCause === undefined ? 'remote' : 'local',
      sipStatus: 0,
    });
  }

  #onLegEvent(name: string, leg: Leg, fields: Fields): Effect[] {
    switch (name) {
      case 'CHANNEL_CREATE':
        leg.created = true;
        return leg.endCause === undefined ? [] : [{ type: 'kill', legId: leg.legId }];
      case 'CHANNEL_PROGRESS':
      case 'CHANNEL_PROGRESS_MEDIA':
        return this.#onProgress(leg, name === 'CHANNEL_PROGRESS_MEDIA', fields);
      case 'CHANNEL_ANSWER':
        leg.ticksPerMs = ticksPerMs(fields);
        return this.answered(leg, eventMs(fields));
      case 'CHANNEL_HANGUP_COMPLETE':
        return [...lastQuality(leg, fields), ...this.end(leg, channelEnd(fields, leg.endCause))];
      case 'SEND_RTCP_MESSAGE':
      case 'RECV_RTCP_MESSAGE':
        leg.reports = readReport(leg.reports, name, fields, leg.ticksPerMs);
        return [];
      case 'DTMF':
        return onDigit(leg, fields);
      case 'RECORD_START':
      case 'RECORD_STOP':
        return onRecording(name, leg, fields);
      default:
        return onPlaybackEvent(name, leg, fields);
    }
  }

  #onCustom(name: string, leg: Leg, fields: Fields): Effect[] {
    if (name.startsWith('mod_audio_fork::')) return [{ type: 'tap-lost', legId: leg.legId }];
    if (name !== 'conference::maintenance') return [];
    const conferenceId = decodeValue(fields['Conference-Name'] ?? '');
    if (fields['Action'] !== 'add-member') return this.#leaveConference(leg);
    if (leg.conferenceId === conferenceId) return [];
    this.#unpair(leg);
    leg.state = 'conferenced';
    leg.joining = undefined;
    leg.conferenceId = conferenceId;
    leg.supervises = undefined;
    return [...stopPlay(leg), emit({ type: 'leg.conferenced', legId: leg.legId, conferenceId })];
  }

  #onProgress(leg: Leg, withMedia: boolean, fields: Fields): Effect[] {
    leg.created = true;
    if (leg.direction === 'inbound') {
      if (!withMedia || leg.early) return [];
      leg.early = true;
      leg.mediaStartMs ||= eventMs(fields);
      return [{ type: 'media-opened', legId: leg.legId }];
    }
    if (leg.state !== 'dialling') return [];
    leg.state = 'ringing';
    return [emit({ type: 'leg.ringing', legId: leg.legId })];
  }

  /** The leg is answered, as the channel or a look at it says. */
  answered(leg: Leg, atMs: number): Effect[] {
    const told = leg.answerTold;
    leg.answered = true;
    leg.answerTold = true;
    leg.created = true;
    leg.mediaStartMs ||= atMs;
    if (told) return [];
    if (leg.state === 'incoming' || leg.state === 'dialling' || leg.state === 'ringing') leg.state = 'parked';
    if (leg.direction === 'inbound') markReady(leg);
    return [emit({ type: 'leg.answered', legId: leg.legId }), { type: 'media-opened', legId: leg.legId }];
  }

  #onPark(leg: Leg | undefined, fields: Fields): Effect[] {
    if (leg === undefined) return this.#onStranger(fields);
    const wasReady = leg.ready;
    markReady(leg);
    if (!wasReady && leg.direction === 'outbound' && leg.state === 'parked') return [];
    if (leg.joining !== undefined) return [];
    return this.parked(leg);
  }

  /** The leg is alone now. */
  parked(leg: Leg): Effect[] {
    if (!leg.answered || leg.state === 'parked') return [];
    const effects = this.#leaveConference(leg);
    this.#unpair(leg);
    leg.state = 'parked';
    leg.supervises = undefined;
    return [...effects, emit({ type: 'leg.parked', legId: leg.legId })];
  }

  /** A channel nobody knows came to park: a new call, or one that FreeSWITCH recovered. */
  #onStranger(fields: Fields): Effect[] {
    const legId = fields['Unique-ID'] ?? '';
    if (legId === '' || !isCallOfOurs(fields)) return [];
    if (fields['Call-Direction'] !== 'inbound' || fields['Answer-State'] === 'answered') {
      this.#legs.add(adoptedLeg(legId, fields));
      return [];
    }
    if (fields['Answer-State'] === 'hangup') return [];
    const sipCallId = fields['variable_sip_call_id'] ?? '';
    this.#legs.add(newLeg({ legId, direction: 'inbound', state: 'incoming', marks: readMarks(fields), sipCallId }));
    return [emit(incomingEvent(legId, fields))];
  }

  #onBridge(fields: Fields): Effect[] {
    const a = this.#legs.find(fields['Bridge-A-Unique-ID'] ?? '');
    const b = this.#legs.find(fields['Bridge-B-Unique-ID'] ?? '');
    if (a === undefined || b === undefined) return [];
    return this.bridged(a, b);
  }

  /** Both are joined now. */
  bridged(a: Leg, b: Leg): Effect[] {
    a.joining = undefined;
    b.joining = undefined;
    if (a.peerLegId === b.legId && b.peerLegId === a.legId && a.state === 'bridged') return [];
    const effects: Effect[] = [];
    for (const [leg, peer] of [
      [a, b],
      [b, a],
    ] as const) {
      effects.push(...stopPlay(leg), ...this.#leaveConference(leg));
      if (leg.peerLegId !== peer.legId) this.#unpair(leg);
      leg.peerLegId = peer.legId;
      leg.state = 'bridged';
      leg.supervises = undefined;
      markReady(leg);
    }
    return [
      ...effects,
      emit({ type: 'leg.bridged', legId: a.legId, peerLegId: b.legId }),
      emit({ type: 'leg.bridged', legId: b.legId, peerLegId: a.legId }),
    ];
  }

  /** Its old peer is not told parked here: its own channel says so when it is. */
  #unpair(leg: Leg): void {
    const peer = leg.peerLegId === undefined ? undefined : this.#legs.find(leg.peerLegId);
    leg.peerLegId = undefined;
    if (peer?.peerLegId === leg.legId) peer.peerLegId = undefined;
  }

  #leaveConference(leg: Leg): Effect[] {
    const { conferenceId } = leg;
    if (conferenceId === undefined) return [];
    leg.conferenceId = undefined;
    const left = this.#legs.all().filter((l) => l.conferenceId === conferenceId);
    const [last] = left;
    // One that we are moving elsewhere goes by itself: parking it as well would undo the move under its feet.
    if (left.length !== 1 || last === undefined || last.joining !== undefined) return [];
    return [{ type: 'leave-conference', legId: last.legId }];
  }
}

/** Taps and the like are channels too, but nobody's call. */
export function isCallOfOurs(fields: Fields): boolean {
  return fields['variable_hl_tap'] === undefined && !(fields['Channel-Name'] ?? '').startsWith('loopback/');
}

/** A leg as its channel shows it, for one that was there before us. */
export function adoptedLeg(legId: string, fields: Fields): Leg {
  const direction = fields['Call-Direction'] === 'inbound' ? 'inbound' : 'outbound';
  const answered = fields['Answer-State'] === 'answered';
  const before = direction === 'inbound' ? 'incoming' : 'ringing';
  const leg = newLeg({ legId, direction, state: answered ? 'parked' : before, marks: readMarks(fields) });
  leg.isAdopted = true;
  leg.answered = answered;
  leg.answerTold = answered;
  leg.early = fields['Answer-State'] === 'early' && direction === 'inbound';
  leg.mediaStartMs = Number(fields['Caller-Channel-Answered-Time'] ?? '0') / 1_000;
  leg.ticksPerMs = ticksPerMs(fields);
  if (answered) markReady(leg);
  return leg;
}

/** Whether the channel is one of ours by its marks. */
export function isMarked(fields: Fields): boolean {
  return fields[`variable_${OWN_CHANNEL_VARIABLE}`] !== undefined || Object.keys(readMarks(fields)).length > 0;
}

/** The event of a new call. */
export function incomingEvent(legId: string, fields: Fields): SwitchEvent {
  const from = callerNumber(fields);
  const claimed = fields['variable_sip_P-Asserted-Identity'] === undefined ? 'claimed' : 'asserted';
  return {
    type: 'leg.incoming',
    legId,
    from,
    fromDisplayName: (fields['variable_sip_from_display'] ?? '').replaceAll(/^"|"$/g, ''),
    to: fields['Caller-Destination-Number'] ?? '',
    origin: originOf(fields),
    callerIdentity: from === '' ? 'withheld' : claimed,
    ...saidBeside(fields),
  };
}

function callerNumber(fields: Fields): string {
  const number = fields['Caller-Caller-ID-Number'] ?? '';
  return /^(anonymous|unknown|unavailable|restricted)$/i.test(number) ? '' : number;
}

/** A channel that proved a credential carries the variable of its directory entry; a header cannot set it. */
function originOf(fields: Fields): LegOrigin {
  const endpointId = fields['variable_hl_endpoint'];
  if (endpointId !== undefined) return { type: 'endpoint', endpointId: decodeValue(endpointId) };
  const trunk =
    fields['variable_hl_trunk'] ?? fields['variable_sip_acl_token'] ?? fields['variable_sofia_profile_name'];
  return { type: 'trunk', trunk: trunk ?? 'trunk' };
}

/** The figures of the whole leg come with its end. */
function lastQuality(leg: Leg, fields: Fields): Effect[] {
  const figures = readFigures(
    counterVariables.map((name) => fields[`variable_${name}`]),
    leg.reports,
  );
  if (figures === undefined || leg.ended) return [];
  return [emit(qualityEvent({ legId: leg.legId, isFinal: true, before: zeroCounters }, figures, leg.reports))];
}

function onDigit(leg: Leg, fields: Fields): Effect[] {
  const digit = fields['DTMF-Digit'] ?? '';
  // Digits of a supervisor are commands to FreeSWITCH.
  if (leg.state === 'supervising' || !/^[0-9*#A-D]$/.test(digit)) return [];
  const ticks = Number(fields['DTMF-Duration'] ?? '0');
  const durationMs = Number.isFinite(ticks) ? Math.round(ticks / 8) : 0;
  return [emit({ type: 'leg.digit', legId: leg.legId, digit, durationMs })];
}

function onRecording(name: string, leg: Leg, fields: Fields): Effect[] {
  const path = fields['Record-File-Path'] ?? '';
  const isKnown = leg.recording?.path === path;
  if (name === 'RECORD_START') {
    if (leg.recording === undefined || !isKnown) return [];
    leg.recording.startedMs = eventMs(fields);
    const atMs = Math.max(0, Math.round(leg.recording.startedMs - leg.mediaStartMs));
    return [emit({ type: 'recording.started', legId: leg.legId, path, atMs })];
  }
  // The end of a recording that another process began is told, too: its call was adopted.
  if (!isKnown && (!leg.isAdopted || path === '')) return [];
  if (isKnown) leg.recording = undefined;
  const lengthMs = Number(fields['variable_record_ms'] ?? '0');
  const sizeBytes = Number(fields['variable_record_file_size'] ?? '0');
  return [emit({ type: 'recording.finished', legId: leg.legId, path, lengthMs, sizeBytes })];
}
