/** A SIP core with a predictable surrounding, and a network of cores with a clock of its own. */
import { SipCore } from '../../../../telephony/sip/core/sip-core.ts';
import {
  udpFlow,
  type CoreEffect,
  type Flow,
  type SipCoreOptions,
  type SipEvent,
} from '../../../../telephony/sip/core/types.ts';
import { parseMessage } from '../../../../telephony/sip/message/parse.ts';
import type { ReceivedMessage } from '../../../../telephony/sip/message/types.ts';

export const PEER: Flow = udpFlow('192.0.2.1', 5060);
export const OFFER =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
export const ANSWER = OFFER.replace('4000', '5000');

/** A core that trusts everyone, at 192.0.2.9. Ids count up. */
export function makeCore(more: Partial<SipCoreOptions> = {}): SipCore {
  let tokens = 0;
  let calls = 0;
  return new SipCore({
    domain: 'hotline.local',
    userAgent: 'test',
    contactUser: 'hotline',
    localAddress: () => ({ host: '192.0.2.9', port: 5060 }),
    admit: () => ({ type: 'serve', trusted: 'test' }),
    findAccount: () => undefined,
    newToken: () => `token${tokens++}x`,
    newCallId: () => `call${calls++}`,
    digestAlgorithms: ['MD5', 'SHA-256'],
    registration: { minExpiresS: 60, defaultExpiresS: 300, maxExpiresS: 3_600 },
    ...more,
  });
}

/** Messages among effects. */
export function sentOf(effects: readonly CoreEffect[]): ReceivedMessage[] {
  return effects.flatMap((e) => {
    const result = e.type === 'send' ? parseMessage(e.bytes) : undefined;
    return result?.ok === true ? [result.message] : [];
  });
}

/** Statuses of the responses sent; from the first line, since an answer to a broken request repeats what is broken. */
export function statusesOf(effects: readonly CoreEffect[]): number[] {
  return effects.flatMap((e) => {
    const line = e.type === 'send' ? new TextDecoder().decode(e.bytes.subarray(0, 12)) : '';
    return line.startsWith('SIP/2.0 ') ? [Number(line.slice(8, 11))] : [];
  });
}

export function eventsOf(effects: readonly CoreEffect[]): SipEvent[] {
  return effects.flatMap((e) => (e.type === 'event' ? [e.event] : []));
}

/** Text to bytes with CRLF. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text.replace(/\r?\n/g, '\r\n'));
}

interface Node {
  readonly core: SipCore;
  readonly flow: Flow;
  readonly events: SipEvent[];
  readonly timers: Map<string, number>;
}

export interface Traffic {
  readonly atMs: number;
  readonly from: string;
  readonly message: ReceivedMessage;
}

/**
 * Cores joined by a network without delay (or with a filter that loses messages), with a clock that jumps to the
 * next timer.
 */
export class Network {
  nowMs = 0;
  readonly traffic: Traffic[] = [];
  /** True lets the message through. */
  filter: (message: ReceivedMessage, from: string) => boolean = () => true;
  /** Changes a message on its way (its text, with CRLF). */
  rewrite: (text: string, from: string) => string = (text) => text;
  readonly #nodes = new Map<string, Node>();
  readonly #queue: { readonly from: string; readonly to: Flow; readonly bytes: Uint8Array }[] = [];

  add(name: string, flow: Flow, more: Partial<SipCoreOptions> = {}): { core: SipCore; events: SipEvent[]; flow: Flow } {
    let counter = 0;
    const core = makeCore({
      localAddress: () => ({ host: flow.address, port: flow.port }),
      newToken: () => `${name}${(counter++).toString(36)}tok`,
      newCallId: () => `${name}-call-${counter++}`,
      ...more,
    });
    const node: Node = { core, flow, events: [], timers: new Map() };
    this.#nodes.set(name, node);
    return node;
  }

  /** Runs a command of one core and everything that follows from it without time passing. */
  do(name: string, command: (core: SipCore, nowMs: number) => CoreEffect[]): SipEvent[] {
    const node = this.#node(name);
    const before = node.events.length;
    this.#perform(name, command(node.core, this.nowMs));
    this.#deliver();
    return node.events.slice(before);
  }

  /** Commands of several cores whose messages cross on the way. */
  together(...commands: readonly (readonly [string, (core: SipCore, nowMs: number) => CoreEffect[]])[]): void {
    for (const [name, command] of commands) this.#perform(name, command(this.#node(name).core, this.nowMs));
    this.#deliver();
  }

  events(name: string, type: SipEvent['type']): SipEvent[] {
    return this.#node(name).events.filter((e) => e.type === type);
  }

  /** Lets time pass, timers firing at their due time. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const next = this.#nextTimer();
      if (next === undefined || next.atMs > endMs) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      const node = this.#node(next.name);
      node.timers.delete(next.id);
      this.#perform(next.name, node.core.timerFired(next.id, this.nowMs));
      this.#deliver();
    }
    this.nowMs = endMs;
  }

  /** What went over the network: `180`, `INVITE` …, per sender. */
  log(from?: string): string[] {
    return this.traffic
      .filter((t) => from === undefined || t.from === from)
      .map(({ message }) => (message.kind === 'request' ? message.method : String(message.status)));
  }

  #node(name: string): Node {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  #nextTimer(): { name: string; id: string; atMs: number } | undefined {
    const all = [...this.#nodes].flatMap(([name, node]) => [...node.timers].map(([id, atMs]) => ({ name, id, atMs })));
    return all.sort((a, b) => a.atMs - b.atMs)[0];
  }

  #perform(name: string, effects: readonly CoreEffect[]): void {
    const node = this.#node(name);
    for (const effect of effects) {
      if (effect.type === 'send') this.#queue.push({ from: name, to: effect.flow, bytes: effect.bytes });
      else if (effect.type === 'start-timer') node.timers.set(effect.id, this.nowMs + effect.delayMs);
      else if (effect.type === 'stop-timer') node.timers.delete(effect.id);
      else if (effect.type === 'event') node.events.push(effect.event);
    }
  }

  #rewritten(bytes: Uint8Array, from: string): Uint8Array {
    const text = Buffer.from(bytes).toString();
    const changed = this.rewrite(text, from);
    return changed === text ? bytes : new TextEncoder().encode(changed);
  }

  #deliver(): void {
    for (let sent = this.#queue.shift(); sent !== undefined; sent = this.#queue.shift()) {
      const { from, to } = sent;
      const bytes = this.#rewritten(sent.bytes, from);
      const result = parseMessage(bytes);
      if (!result.ok) throw new Error(`a core wrote a message that is ${result.fault.code}`);
      this.traffic.push({ atMs: this.nowMs, from, message: result.message });
      const target = [...this.#nodes].find(([, node]) => node.flow.id === to.id);
      if (target === undefined || !this.filter(result.message, from)) continue;
      this.#perform(target[0], target[1].core.receive(bytes, this.#node(from).flow, this.nowMs));
    }
  }
}
