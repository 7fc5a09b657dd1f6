/** What a call asks of the house while it waits: a place in the line, a call-back, a partner hotline, the citizen's phone. */
import type { LegId, Switch } from '../../telephony/ports/switch.ts';
import type { LineStore, WaitingCall } from '../acd/line-store.ts';
import type { CallbackReason } from '../timeline/events.ts';
import type { CallEffect, CallState, Queued } from './core/call-types.ts';
import type { SentOn } from './core/wait-rules.ts';
import type { PromptFiles } from './announcements.ts';

export type LineEffect = Extract<
  CallEffect,
  {
    readonly type:
      | 'join'
      | 'join-again'
      | 'move-line'
      | 'book-callback'
      | 'cancel-callback'
      | 'want-divert'
      | 'ring-partner'
      | 'ring-citizen'
      | 'play-agent'
      | 'hush-agent';
  }
>;

const lineEffects: ReadonlySet<CallEffect['type']> = new Set<LineEffect['type']>([
  ...(['join', 'join-again', 'move-line', 'book-callback', 'cancel-callback'] as const),
  ...(['want-divert', 'ring-partner', 'ring-citizen', 'play-agent', 'hush-agent'] as const),
]);

export function isLineEffect(effect: CallEffect): effect is LineEffect {
  return lineEffects.has(effect.type);
}

/** How a partner hotline is reached for one call, and what it is told. */
export interface PartnerWay {
  readonly uri: string;
  /** `X-` headers: caller, place in the line, city, reason. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Decisions that others make for a waiting call. */
export interface LineHost {
  /** What the caller's past and number say about who should answer. */
  wishes(state: CallState): Pick<WaitingCall, 'stickyAgentId' | 'facts'>;
  /** Resolves when the promise is in the database; null when it cannot be kept. */
  bookCallback(state: CallState, reason: CallbackReason, queued: Queued): Promise<string | null>;
  cancelCallback(callbackId: string): Promise<void>;
  /** A new leg of this call, or null when this partner takes no more now. `any`: whichever has room. */
  divertLeg(callId: string, partner: string): { readonly partner: string; readonly legId: LegId } | null;
  partnerWay(partner: string, state: CallState): Promise<PartnerWay | null>;
  /** What a surge plan makes of a caller who wants into this queue; null = come in. */
  atTheDoor(state: CallState, queue: string): Promise<SentOn | null>;
  /** Where a citizen's number is dialled; null when calls out are not configured or the number may not be called. */
  citizenUri(number: string): string | null;
  /** Our own number, as those see it whom we call. */
  readonly ownNumber: string;
}

export interface LineCommands {
  readonly switch: Pick<Switch, 'originate' | 'play' | 'stopPlay'>;
  readonly line: LineStore;
  readonly prompts: PromptFiles;
  readonly host: LineHost;
  readonly input: (
    input:
      | { readonly type: 'joined' | 'line-full' }
      | { readonly type: 'deflected'; readonly estimatedWaitMs: number }
      | ({ readonly type: 'sent-on' } & SentOn)
      | { readonly type: 'callback-kept'; readonly callbackId: string | null; readonly reason: CallbackReason }
      | { readonly type: 'divert'; readonly partner: string; readonly legId: LegId },
  ) => void;
  readonly kick: () => void;
}

/** Outer limit of a ring; the call machine's own deadline comes first. */
const RING_GRACE_MS = 5_000;
const PARTNER_RING_MS = 30_000;

export async function carryOutLine(commands: LineCommands, state: CallState, effect: LineEffect): Promise<void> {
  const { line, host, input, kick } = commands;
  const { callId } = state.facts;
  switch (effect.type) {
    case 'join':
      await join(commands, state, effect);
      return;
    case 'join-again':
      await line.join({ ...entryOf(commands, state, effect.queued), insist: true });
      kick();
      return;
    case 'move-line':
      if ((await line.change(callId, { queue: effect.queued.queue })) === 'not-waiting')
        await line.join({ ...entryOf(commands, state, effect.queued), insist: true });
      kick();
      return;
    case 'book-callback': {
      const callbackId = await host.bookCallback(state, effect.reason, effect.queued);
      input({ type: 'callback-kept', callbackId, reason: effect.reason });
      return;
    }
    case 'cancel-callback':
      return host.cancelCallback(effect.callbackId);
    case 'want-divert': {
      const way = host.divertLeg(callId, effect.partner);
      if (way !== null) input({ type: 'divert', ...way });
      return;
    }
    case 'ring-partner':
      return ringPartner(commands, state, effect);
    case 'ring-citizen':
      return ringCitizen(commands, state);
    case 'hush-agent':
      return commands.switch.stopPlay(effect.legId);
    case 'play-agent':
      return commands.switch.play(effect.legId, {
        playId: `${callId}:agent`,
        files: commands.prompts(effect.prompts),
        repeat: 'forever',
      });
  }
}

/** What the line is told of a caller's place and wishes. */
export function placeOf({ queue, priority, joinedAtMs, wants }: Queued): Omit<WaitingCall, 'callId'> {
  const wishes = wants === undefined ? {} : { needs: wants.needs, dialect: wants.dialect };
  return { queue, priority, joinedAtMs, ...wishes };
}

function entryOf({ host }: LineCommands, state: CallState, queued: Queued): WaitingCall {
  const { facts, ...wishes } = host.wishes(state);
  const caller = queued.wants?.caller;
  return {
    callId: state.facts.callId,
    ...placeOf(queued),
    ...wishes,
    facts: { ...facts, ...(caller === undefined ? {} : { [caller]: true }) },
    kind: state.facts.callback === undefined ? 'call' : 'callback',
  };
}

async function join(
  commands: LineCommands,
  state: CallState,
  { queue, priority, wants }: Extract<LineEffect, { type: 'join' }>,
): Promise<void> {
  const sentOn = await commands.host.atTheDoor(state, queue);
  if (sentOn !== null) {
    commands.input({ type: 'sent-on', ...sentOn });
    return;
  }
  const place = { queue, priority, joinedAtMs: 0, ...(wants === undefined ? {} : { wants }) };
  const { joinedAtMs: _now, ...entry } = entryOf(commands, state, place);
  const answer = await commands.line.join(entry);
  if (answer.type === 'refused') {
    const { reason, estimatedWaitMs } = answer;
    commands.input(reason === 'full' ? { type: 'line-full' } : { type: 'deflected', estimatedWaitMs });
    return;
  }
  commands.input({ type: 'joined' });
  commands.kick();
}

async function ringPartner(
  commands: LineCommands,
  state: CallState,
  effect: Extract<LineEffect, { type: 'ring-partner' }>,
): Promise<void> {
  const way = await commands.host.partnerWay(effect.partner, state);
  if (way === null) throw new Error('the partner hotline cannot be reached');
  const dialled = { legId: effect.legId, uri: way.uri, ringMs: PARTNER_RING_MS, headers: way.headers };
  await dial(commands, state, dialled);
}

async function ringCitizen(commands: LineCommands, state: CallState): Promise<void> {
  const { from, callerLegId, callback } = state.facts;
  const uri = commands.host.citizenUri(from);
  if (uri === null || callback === undefined) throw new Error('this number cannot be called');
  await dial(commands, state, { legId: callerLegId, uri, ringMs: callback.ringMs + RING_GRACE_MS, headers: {} });
}

interface Dialled {
  readonly legId: LegId;
  readonly uri: string;
  readonly ringMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

async function dial({ switch: sw, host }: LineCommands, { facts, settings }: CallState, to: Dialled): Promise<void> {
  const partner = facts.callback === undefined;
  await sw.originate({
    legId: to.legId,
    target: { type: 'uri', uri: to.uri },
    // A partner hotline sees the citizen's number; a citizen sees the hotline's.
    from: { user: partner && facts.from !== '' ? facts.from : host.ownNumber },
    headers: { 'X-Hotline-Call': facts.callId, ...to.headers },
    ringMs: to.ringMs,
    mediaTimeoutMs: settings.mediaTimeoutMs,
    marks: { call_id: facts.callId, role: partner ? 'partner' : 'caller' },
  });
}
