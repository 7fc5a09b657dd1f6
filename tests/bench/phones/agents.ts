/** The scripted agents: a SIP phone and a socket each, and everything that was shown to them. */
import type { TranscriptUpdate } from '../../../asr/ports.ts';
import type { Pacer } from '../../../tools/call/pacer.ts';
import type { PhoneCall } from '../../../tools/call/phone-call.ts';
import { ScriptedAgent } from '../../../tools/call/scripted-agent.ts';
import { rtpPortOf } from './callers.ts';
import type { AgentsToStart, Snapshot } from './protocol.ts';
import { wireOf, type WireLog } from './wire.ts';

interface Desk {
  readonly agent: ScriptedAgent;
  readonly segments: Map<string, TranscriptUpdate>;
  readonly shown: Snapshot[];
  callerNumber: string;
  rtpPort: number;
}

export class Agents {
  readonly #pacer: Pacer;
  readonly #desks: Desk[] = [];

  constructor(pacer: Pacer) {
    this.#pacer = pacer;
  }

  async start({ server, sip, logins, speech }: AgentsToStart): Promise<null> {
    for (const [i, login] of logins.entries()) {
      // Each begins at another place, so that not all speak and pause at once.
      const from = Math.floor((speech.length * i) / logins.length);
      const own = new Int16Array(speech.length);
      own.set(speech.subarray(from));
      own.set(speech.subarray(0, from), speech.length - from);
      const agent = await ScriptedAgent.start({
        server,
        ...login,
        sip,
        address: '127.0.0.1',
        speech: own,
        answerAfterMs: 200,
        pacer: this.#pacer,
      });
      this.#desks.push(watched(agent));
    }
    return null;
  }

  get talking(): readonly string[] {
    return this.#desks.filter((d) => d.callerNumber !== '' && d.rtpPort !== 0).map((d) => d.callerNumber);
  }

  get transcripts(): readonly { callerNumber: string; shown: readonly Snapshot[] }[] {
    return this.#desks.map(({ callerNumber, shown }) => ({ callerNumber, shown }));
  }

  get wires(): readonly { callerNumber: string; wire: WireLog }[] {
    return this.#desks
      .filter((d) => d.rtpPort !== 0)
      .map(({ callerNumber, rtpPort }) => ({ callerNumber, wire: wireOf(rtpPort) }));
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#desks.map(({ agent }) => agent.close()));
    this.#desks.length = 0;
  }
}

function watched(agent: ScriptedAgent): Desk {
  const desk: Desk = { agent, segments: new Map(), shown: [], callerNumber: '', rtpPort: 0 };
  agent.page.on('call', (call) => {
    if (call?.state === 'talking') desk.callerNumber = call.caller.number;
  });
  agent.page.on('transcript', (_callId, update) => {
    if (update.side === 'caller') show(desk, update);
  });
  agent.phone.subscribe((event) => {
    if (event.type === 'answered') onAnswered(desk, event.call);
  });
  return desk;
}

function onAnswered(desk: Desk, call: PhoneCall): void {
  desk.rtpPort = rtpPortOf(call);
}

function show(desk: Desk, update: TranscriptUpdate): void {
  const known = desk.segments.get(update.segmentId);
  if (known !== undefined && known.rev >= update.rev) return;
  desk.segments.set(update.segmentId, update);
  const inOrder = [...desk.segments.values()].sort((a, b) => a.startMs - b.startMs);
  desk.shown.push({ atMs: Date.now(), text: inOrder.map((s) => s.text).join('') });
}
