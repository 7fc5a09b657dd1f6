/** How people wait in one queue: how long, what they hear, which digits they have, and where they go. Pure. */
import type { CallSettings } from './call-types.ts';

/** What becomes of a caller whom this queue cannot keep. */
export type Overflow =
  | { readonly to: 'message'; readonly prompts: readonly string[] }
  | { readonly to: 'queue'; readonly queue: string }
  | { readonly to: 'partner'; readonly partner: string }
  | { readonly to: 'callback' }
  /** The flow's place for messages. */
  | { readonly to: 'voicemail' };

/** What a surge plan makes of a caller at the door. */
export interface SentOn {
  readonly cause: 'line-full' | 'deflected';
  /** `callback`: stands in the line and hears at once what is offered. */
  readonly way: Overflow;
  /** There is no room: the caller stands in the line only to choose what is offered. */
  readonly letGo?: LetGo;
}

/** Who has chosen nothing by then hears this and is let go. */
export interface LetGo {
  readonly afterMs: number;
  readonly prompts: readonly string[];
}

/** Words that stand for what is known when they are played; anything else names a prompt. */
export const announcementWords = ['position', 'wait', 'callback', 'leave'] as const;

export interface AnnouncementStep {
  /** From this wait on; the last step that has begun is the one played. */
  readonly fromWaitMs: number;
  readonly say: readonly string[];
}

export interface WaitRules {
  readonly title: string;
  readonly ringMs: number;
  readonly excludeAfterNoAnswerMs: number;
  readonly wrapUpMs: number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
  readonly firstAnnouncementMs: number;
  readonly announceEveryMs: number;
  readonly announcements: readonly AnnouncementStep[];
  readonly music: string;
  /** Books a call-back that keeps the place. null = not offered. */
  readonly callbackDigit: string | null;
  readonly leaveDigit: string | null;
  readonly onLeave: Overflow;
  readonly onFull: Overflow;
  readonly onMaxWait: Overflow;
  /** Estimated wait above which `onDeflect` applies at the door. null = never. */
  readonly deflectAboveMs: number | null;
  readonly onDeflect: Overflow;
}

export const usualAnnouncements: readonly AnnouncementStep[] = [{ fromWaitMs: 0, say: ['position'] }];

/** Where a flow takes messages; undefined: nowhere. */
export function voicemailNodeOf({ nodes }: CallSettings['flow']): string | undefined {
  return Object.entries(nodes).find(([, node]) => node.type === 'voicemail')?.[0];
}

/** The rules of a queue; one that nobody has configured is held to the line's own settings. */
export function rulesOf(settings: CallSettings, queue: string): WaitRules {
  return settings.queues?.[queue] ?? plainRules(settings);
}

function plainRules(settings: CallSettings): WaitRules {
  const { ringMs, excludeAfterNoAnswerMs, wrapUpMs, maxWaitMs, firstAnnouncementMs, positionEveryMs } = settings;
  return {
    ...{ ringMs, excludeAfterNoAnswerMs, wrapUpMs, maxWaitMs, firstAnnouncementMs },
    title: '综合队列',
    maxWaiting: Infinity,
    announceEveryMs: positionEveryMs,
    announcements: usualAnnouncements,
    music: 'music',
    callbackDigit: null,
    leaveDigit: null,
    onLeave: { to: 'message', prompts: ['call-ended'] },
    onFull: { to: 'message', prompts: ['line-full'] },
    onMaxWait: { to: 'message', prompts: ['waited-too-long'] },
    deflectAboveMs: null,
    onDeflect: { to: 'callback' },
  };
}

/** What is said after this wait. */
export function announcementAt(rules: WaitRules, waitedMs: number): readonly string[] {
  return rules.announcements.filter((a) => a.fromWaitMs <= waitedMs).at(-1)?.say ?? [];
}
