/** From the configuration to the rules that calls and the line go by. */
import type { Config } from '../config/schema.ts';
import { queueSchema } from '../config/queues-schema.ts';
import type { WaitingSettings } from '../config/waiting-schema.ts';
import { waitingSchema } from '../config/waiting-schema.ts';
import type { QueueRules as LineRules } from './acd/line-store.ts';
import type { CallbackSetup } from './calls/call-center.ts';
import { minuteOfDay } from './calls/core/callback-plan.ts';
import type { Overflow, WaitRules } from './calls/core/wait-rules.ts';

const usual = queueSchema.parse({ name: 'main' });
const queueFull: Overflow = { to: 'message', prompts: ['line-full'] };
const tooLong: Overflow = { to: 'message', prompts: ['waited-too-long'] };
const toWeb: Overflow = { to: 'message', prompts: ['deflect-web'] };

/** The queue's own rule; a caller for whom it names no other place is told what is so. */
function overflowOf({ overflow }: LineRules, message: Overflow): Overflow {
  switch (overflow.to) {
    case 'queue':
      return overflow.queue === null ? message : { to: 'queue', queue: overflow.queue };
    case 'callback':
    case 'voicemail':
      return { to: overflow.to };
    case 'partner':
      return { to: 'partner', partner: 'any' };
    case 'message':
      return message;
  }
}

function waitRules(line: LineRules, waiting: WaitingSettings, announceEveryMs: number): WaitRules {
  return {
    title: waiting.title,
    ringMs: line.ringMs,
    excludeAfterNoAnswerMs: line.excludeMs,
    wrapUpMs: line.wrapUpMs,
    maxWaiting: line.maxLength,
    maxWaitMs: line.maxWaitMs,
    firstAnnouncementMs: waiting.firstAnnouncementMs,
    announceEveryMs,
    announcements: waiting.announcements,
    music: waiting.music,
    callbackDigit: waiting.callbackDigit,
    leaveDigit: waiting.leaveDigit,
    onLeave: waiting.leaveTo,
    onFull: overflowOf(line, queueFull),
    onMaxWait: overflowOf(line, tooLong),
    deflectAboveMs: line.deflectAboveMs === 0 ? null : line.deflectAboveMs,
    onDeflect: overflowOf(line, toWeb),
  };
}

/** What a queue leaves at its default is taken from the line's own settings. */
export function lineRules({ queues, line }: Config): readonly LineRules[] {
  const given = <T>(own: T, usual: T, ofLine: T): T => (own === usual ? ofLine : own);
  return queues.map((q) => ({
    ...q,
    maxLength: given(q.maxLength, usual.maxLength, line.maxWaiting),
    maxWaitMs: given(q.maxWaitMs, usual.maxWaitMs, line.maxWaitMs),
    ringMs: given(q.ringMs, usual.ringMs, line.ringMs),
    wrapUpMs: given(q.wrapUpMs, usual.wrapUpMs, line.wrapUpMs),
    excludeMs: given(q.excludeMs, usual.excludeMs, line.excludeAfterNoAnswerMs),
  }));
}

/** How people wait, queue by queue. */
export function queueWaits(config: Config, lines: readonly LineRules[]): Readonly<Record<string, WaitRules>> {
  const { waiting, positionEveryMs } = config.line;
  return Object.fromEntries(
    lines.map((line) => {
      const own = waiting.find((w) => w.queue === line.name) ?? waitingSchema.parse({ queue: line.name });
      return [line.name, waitRules(line, own, positionEveryMs)];
    }),
  );
}

export function callbackSetup(config: Config): CallbackSetup {
  const { callback, sip } = config;
  return {
    uri: sip.dialOutUri,
    ringMs: callback.ringMs,
    missedPriority: callback.missedPriority,
    missedAtOnce: callback.missedAtOnce,
    midnightMs: (atMs) => new Date(atMs).setHours(0, 0, 0, 0),
    rules: {
      allowed: new RegExp(callback.numbers, 'u'),
      tries: callback.tries,
      retryAfterMs: callback.retryAfterMs,
      expiresAfterMs: callback.expiresAfterMs,
      quietFromMinute: minuteOfDay(callback.quietFrom),
      quietToMinute: minuteOfDay(callback.quietTo),
      askedGraceMs: callback.askedGraceMs,
      missed: callback.missed,
      missedAfterMs: callback.missedAfterMs,
    },
  };
}
