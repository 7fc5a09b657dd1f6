/**
 * Calls played through the real way, in real time: a SIP telephone calls the server, an agent's telephone answers, both speak;
 * what the agent's page is sent of text and draft is judged.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TranscriptUpdate } from '../../asr/ports.ts';
import type { DraftEngine } from '../../server/drafts/engine.ts';
import type { Draft, DraftPatch } from '../../server/drafts/types.ts';
import { addressTowards } from '../call/local-address.ts';
import { ScriptedAgent } from '../call/scripted-agent.ts';
import { SipPhone } from '../call/sip-phone.ts';
import type { Conversation } from './conversation.ts';
import type { Heard } from './listen.ts';

export interface LiveServer {
  readonly url: string;
  readonly sip: { readonly host: string; readonly port: number };
  readonly login: string;
  readonly password: string;
}

const ANSWER_WITHIN_MS = 60_000;
/** Text and draft come a moment after the last sound. */
const AFTER_MS = 3_000;
const FREE_AGAIN_MS = 1_500;

export interface LiveEar {
  listen(conversation: Conversation): Promise<Heard>;
  close(): Promise<void>;
}

/** What the agent's page is told during one call. */
class Page {
  readonly #segments = new Map<string, TranscriptUpdate>();
  #draft: Draft;

  constructor(empty: Draft) {
    this.#draft = empty;
  }

  text(update: TranscriptUpdate): void {
    const before = this.#segments.get(update.segmentId);
    if (before === undefined || before.rev < update.rev) this.#segments.set(update.segmentId, update);
  }

  patch({ rev, fields }: DraftPatch): void {
    this.#draft = { ...this.#draft, rev, fields: { ...this.#draft.fields, ...fields } };
  }

  heard(): Heard {
    const segments = [...this.#segments.values()].filter((s) => s.final && s.text !== '');
    return { segments: segments.sort((a, b) => a.startMs - b.startMs), draft: this.#draft };
  }
}

/** Logs an agent in at a server; rejects in plain words. */
export async function openLiveEar(server: LiveServer, drafts: DraftEngine): Promise<LiveEar> {
  const { url, sip, login, password } = server;
  const address = await addressTowards(sip.host, sip.port);
  const speech = new Int16Array(0);
  const agent = await ScriptedAgent.start({ server: url, login, password, sip, address, speech });
  return {
    listen: async (conversation) => {
      const page = new Page(drafts.start(conversation.call.id).draft);
      const onText = (_callId: string, update: TranscriptUpdate): void => {
        page.text(update);
      };
      const onPatch = (patch: DraftPatch): void => {
        page.patch(patch);
      };
      agent.page.on('transcript', onText).on('draft', onPatch);
      const phone = new SipPhone({ address, user: conversation.call.callerNumber || 'anonymous' });
      await phone.start();
      try {
        await talk({ phone, agent, conversation, uri: `sip:12345@${sip.host}:${sip.port}` });
        await sleep(AFTER_MS);
        return page.heard();
      } finally {
        await phone.close();
        await sleep(FREE_AGAIN_MS);
        agent.page.off('transcript', onText).off('draft', onPatch);
      }
    },
    close: () => agent.close(),
  };
}

interface Talk {
  readonly phone: SipPhone;
  readonly agent: ScriptedAgent;
  readonly conversation: Conversation;
  readonly uri: string;
}

async function talk({ phone, agent, conversation, uri }: Talk): Promise<void> {
  const { id } = conversation.call;
  const answered = agent.phone.next('answered', ANSWER_WITHIN_MS);
  // Refused calls end before anybody answers; then nobody waits for the agent any more.
  answered.catch(() => undefined);
  const call = await phone.call(uri);
  if (!(await call.answered)) throw new Error(`${id}: the hotline did not answer (${(await call.ended).status})`);
  const ended = call.ended.then(({ status }) => {
    throw new Error(`${id}: the call ended early (${status})`);
  });
  const both = answered.then(async ({ call: desk }) =>
    Promise.all([call.play(conversation.caller), desk.play(conversation.agent)]),
  );
  await Promise.race([both, ended]);
  // The race is over; that the call ends later is as it should be.
  ended.catch(() => undefined);
}
