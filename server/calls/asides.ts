/**
 * What is shown beside the drafts of calls: kept up to date a moment after words or the draft have changed, and sent to
 * the seats that have part in the call. The draft itself never waits for it.
 */
import { emptyAside, type CallAside } from '../drafts/aside-types.ts';
import { dayOf } from '../drafts/day.ts';
import type { KnowledgeIndex } from '../drafts/knowledge/knowledge-index.ts';
import type { QueryMaker } from '../drafts/knowledge/query.ts';
import type { MatterStart, SecondMatterFound } from '../drafts/second-matter.ts';
import type { DeskPush } from '../realtime/desk.ts';
import type { CallEvent } from '../timeline/events.ts';
import type { CallCenter } from './call-center.ts';
import type { LiveCall } from './live-call.ts';
import type { SimilarFinder } from './similar-finder.ts';

export interface AsidesOptions {
  readonly center: Pick<CallCenter, 'get' | 'seats'>;
  readonly push: Pick<DeskPush, 'toUser'>;
  readonly knowledge: () => KnowledgeIndex;
  readonly queries: QueryMaker;
  readonly similar: SimilarFinder;
  /** Agents far away see the call of the moment and nothing of the past. */
  readonly seesPast: (agentId: string) => boolean;
  readonly nowMs: () => number;
}

/** Words come in bursts; a page needs no more than a few changes a second. */
const GATHER_MS = 250;
const MAX_ARTICLES = 3;

const changes: ReadonlySet<CallEvent['type']> = new Set([
  'speech.final',
  'draft.changed',
  'call.bridged',
  'dialect.guessed',
  'dialect.set',
]);

export class Asides {
  readonly #options: AsidesOptions;
  readonly #asides = new Map<string, CallAside>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #offers = new Map<string, SecondMatterFound>();
  /** Call and class of offers that were turned down. */
  readonly #refused = new Set<string>();

  constructor(options: AsidesOptions) {
    this.#options = options;
  }

  /** As this agent may see it. */
  of(callId: string, agentId: string): CallAside {
    return this.#visible(this.#whole(callId), agentId);
  }

  /** Every event of every call. */
  hear({ type, callId }: CallEvent): void {
    if (type === 'call.ended') this.#forgetOld();
    if (!changes.has(type) || this.#timers.has(callId)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(callId);
      this.#review(callId);
    }, GATHER_MS);
    this.#timers.set(callId, timer);
  }

  /** The articles have changed: what is shown may be outdated. */
  reviewAll(): void {
    for (const callId of this.#asides.keys()) this.#review(callId);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #review(callId: string): void {
    const call = this.#options.center.get(callId);
    if (call === undefined) return;
    const { draft } = call.draft;
    const { from } = call.runner.state.facts;
    const similar = this.#options.similar.find(draft, from, () => {
      this.#review(callId);
    });
    this.#set(callId, {
      knowledge: this.#articlesFor(call),
      similar,
      second: this.#secondOf(call),
      dialect: call.notes.dialect,
    });
  }

  /** Where the offered matter begins; the offer is over. */
  second(callId: string, action: 'accept' | 'dismiss'): MatterStart | undefined {
    const offered = this.#offers.get(callId);
    if (offered === undefined) return undefined;
    if (action === 'dismiss') this.#refused.add(`${callId} ${offered.classId}`);
    this.#offers.delete(callId);
    this.#set(callId, { ...this.#whole(callId), second: null });
    return offered;
  }

  #secondOf(call: LiveCall): CallAside['second'] {
    const { callId } = call.runner;
    const found = call.draft.secondMatter();
    if (found === null || this.#refused.has(`${callId} ${found.classId}`)) {
      this.#offers.delete(callId);
      return null;
    }
    this.#offers.set(callId, found);
    const { classId, display, evidence } = found;
    return { classId, display, words: [...new Set(evidence.map((e) => e.words))].slice(0, 3).join('、') };
  }

  #articlesFor(call: LiveCall): CallAside['knowledge'] {
    const { knowledge, queries, nowMs } = this.#options;
    const said = [...call.segments.values()].filter((s) => s.final && s.text !== '');
    const query = queries.of(said, call.draft.draft);
    return knowledge().find(query, { today: dayOf(nowMs()), limit: MAX_ARTICLES });
  }

  #set(callId: string, aside: CallAside): void {
    if (JSON.stringify(aside) === JSON.stringify(this.#whole(callId))) return;
    this.#asides.set(callId, aside);
    const { center, push } = this.#options;
    for (const { agentId, work } of center.seats.all())
      if (work.type !== 'none' && work.callId === callId)
        push.toUser(agentId, 'aside', callId, this.#visible(aside, agentId));
  }

  #whole(callId: string): CallAside {
    return this.#asides.get(callId) ?? emptyAside;
  }

  #visible(aside: CallAside, agentId: string): CallAside {
    return this.#options.seesPast(agentId) ? aside : { ...aside, similar: [] };
  }

  #forgetOld(): void {
    const { center, similar } = this.#options;
    for (const callId of this.#asides.keys()) {
      if (center.get(callId) !== undefined) continue;
      this.#asides.delete(callId);
      this.#offers.delete(callId);
      for (const key of this.#refused) if (key.startsWith(`${callId} `)) this.#refused.delete(key);
      similar.forget(callId);
    }
  }
}
