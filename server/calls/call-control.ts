/** What people do with a call when more than two are on it: parsed requests of pages become inputs of its machine. */
import type { Logger } from 'pino';
import type { HangupCause, SuperviseMode } from '../../telephony/ports/switch.ts';
import type { PartyDesk } from '../realtime/desk.ts';
import type { CallTarget, Directory, Me, None, Result, TransferTarget } from '../realtime/protocol.ts';
import type { Dialled } from './agent-dials.ts';
import type { CallCenter } from './call-center.ts';
import type { RunnerInput } from './call-runner.ts';
import type { Party } from './core/call-types.ts';
import { hasPhone, phoneOf, type SeatState } from './core/seat.ts';
import type { TransferAsked } from './call-center-options.ts';
import type { LiveCall } from './live-call.ts';
import type { Person } from './views.ts';

export interface CallControlOptions {
  readonly center: CallCenter;
  readonly persons: ReadonlyMap<string, Person>;
  readonly queues: readonly { readonly queue: string; readonly title: string }[];
  readonly canDialOut: boolean;
  readonly logger: Logger;
}

/** `ownLegId`: the agent's telephone has dialled it. */
type BringIn = { readonly type: 'consult'; readonly ownLegId?: string } | { readonly type: 'transfer' };
type Refusal = Extract<Result<None>, { ok: false }>;

const refused = (code: Refusal['code'], message: string): Refusal => ({ ok: false, code, message });
const done: Result<None> = { ok: true, value: {} };
const noCall = refused('not-found', '这通电话已经结束');
const wrongState = refused('wrong-state', '当前通话状态下不能这样操作');
const notFree = refused('wrong-state', '对方现在不能接听，请换一位');
const noWayOut = refused('unavailable', '未配置外呼线路，不能拨打外部号码');
const noQueue = refused('not-found', '没有这个队列');
const noTarget = refused('not-found', '没有这个转接目标');
const noPhone = refused('wrong-state', '软电话尚未注册，请先打开坐席页面');
const busyElsewhere = refused('wrong-state', '您正在另一通电话上');

export class CallControl implements PartyDesk {
  readonly #options: CallControlOptions;

  constructor(options: CallControlOptions) {
    this.#options = options;
  }

  consult(me: Me, callId: string, target: CallTarget): Result<None> {
    return this.#withParty(me, callId, target, { type: 'consult' });
  }

  endConsult(me: Me, callId: string): Result<None> {
    return this.#input(callId, { type: 'consult-end', agentId: me.id });
  }

  complete(me: Pick<Me, 'id'>, callId: string): Result<None> {
    return this.#input(callId, { type: 'complete', agentId: me.id });
  }

  conference(me: Me, callId: string): Result<None> {
    return this.#input(callId, { type: 'conference', agentId: me.id });
  }

  /**
   * An agent's telephone sent a REFER: the same as the button. While a colleague is consulted it hands the call over to
   * that colleague, as does one that names another call (attended transfer); else it goes where the REFER points.
   */
  transferAsked(call: LiveCall, { legId, to, replacesLegId }: TransferAsked): Result<None> {
    const { phase } = call.runner.state;
    const agent = 'agent' in phase ? phase.agent : undefined;
    const ownLegId = phase.name === 'consulting' ? phase.ownLeg?.legId : undefined;
    if (agent === undefined || (legId !== agent.legId && legId !== ownLegId)) return wrongState;
    // A telephone with two calls means the one by the other; that its colleague goes elsewhere is not ours to do.
    if (
      ownLegId !== undefined &&
      replacesLegId !== undefined &&
      !isOther(legId, replacesLegId, [agent.legId, ownLegId])
    )
      return wrongState;
    if (legId === ownLegId && replacesLegId === undefined) return wrongState;
    const me = { id: agent.agentId };
    const { callId } = call.runner;
    if (replacesLegId !== undefined || phase.name === 'consulting') return this.complete(me, callId);
    const target = this.#targetOf(to);
    return target === undefined ? noTarget : this.transfer(me, callId, target);
  }

  /** An agent's telephone dials while its agent is on a call: the consultation of that call, or why not. */
  dialled(agentId: string, { legId, to }: Pick<Dialled, 'legId' | 'to'>): HangupCause | undefined {
    const { work } = this.#seat(agentId);
    const call = work.type === 'talking' ? this.#options.center.get(work.callId) : undefined;
    if (call === undefined) return 'busy';
    const target = this.#targetOf(to);
    if (target === undefined) return 'not-found';
    // A queue cannot be asked; the hotline's own number would only come back to it.
    if (target.kind === 'queue' || to === call.runner.state.facts.to) return 'rejected';
    this.#options.center.takeLeg(call, legId);
    const result = this.#withParty({ id: agentId }, call.runner.callId, target, { type: 'consult', ownLegId: legId });
    if (result.ok) return undefined;
    return result === noWayOut ? 'rejected' : 'busy';
  }

  /** A queue by its name, a colleague by the agent number, else a telephone number. */
  #targetOf(to: string): TransferTarget | undefined {
    if (this.#options.queues.some((q) => q.queue === to)) return { kind: 'queue', queue: to };
    const colleague = [...this.#options.persons].find(
      ([, person]) => person.agentNumber !== '' && person.agentNumber === to,
    );
    if (colleague !== undefined) return { kind: 'agent', agentId: colleague[0] };
    return /^\+?[0-9*#]{1,32}$/.test(to) ? { kind: 'number', number: to } : undefined;
  }

  transfer(me: Pick<Me, 'id'>, callId: string, target: TransferTarget): Result<None> {
    if (target.kind !== 'queue') return this.#withParty(me, callId, target, { type: 'transfer' });
    const { queue } = target;
    if (!this.#options.queues.some((q) => q.queue === queue)) return noQueue;
    return this.#input(callId, { type: 'transfer-queue', agentId: me.id, queue });
  }

  directory(me: Me): Result<Directory> {
    const { persons, queues, canDialOut } = this.#options;
    const colleagues = [...persons].flatMap(([agentId, person]) => {
      const seat = this.#seat(agentId);
      if (agentId === me.id || !hasPhone(seat)) return [];
      const { displayName, agentNumber } = person;
      return [{ agentId, displayName, agentNumber, phone: phoneOf(seat), reachable: isFree(seat) }];
    });
    return { ok: true, value: { colleagues, queues, canDialOut } };
  }

  supervise(me: Me, callId: string, mode: SuperviseMode): Result<None> {
    const call = this.#options.center.get(callId);
    if (call === undefined) return noCall;
    const takesPart = call.runner.state.supervisors.some((s) => s.supervisorId === me.id);
    const seat = this.#seat(me.id);
    if (!takesPart && seat.work.type !== 'none') return busyElsewhere;
    if (!takesPart && !seat.registered) return noPhone;
    const legId = takesPart ? '' : this.#options.center.openLeg(call);
    const result = this.#step(call, { type: 'supervise', supervisorId: me.id, legId, mode });
    if (result.ok) this.#audit('call-supervised', me, callId, mode);
    return result;
  }

  endSupervision(me: Me, callId: string): Result<None> {
    return this.#input(callId, { type: 'supervise-end', supervisorId: me.id });
  }

  takeOver(me: Me, callId: string): Result<None> {
    const result = this.#input(callId, { type: 'take-over', supervisorId: me.id });
    if (result.ok) this.#audit('call-taken-over', me, callId, 'talk');
    return result;
  }

  #withParty(me: Pick<Me, 'id'>, callId: string, target: CallTarget, how: BringIn): Result<None> {
    const { center, canDialOut } = this.#options;
    const call = center.get(callId);
    if (call === undefined) return noCall;
    if (target.kind === 'number' && !canDialOut) return noWayOut;
    if (target.kind === 'agent' && (target.agentId === me.id || !isFree(this.#seat(target.agentId)))) return notFree;
    const byPhone = target.kind === 'agent' ? center.phones.mark(target.agentId) : {};
    const party: Party = { partyId: center.newId(), legId: center.openLeg(call), target, ...byPhone };
    return this.#step(call, { ...how, agentId: me.id, party });
  }

  #input(callId: string, input: RunnerInput): Result<None> {
    const call = this.#options.center.get(callId);
    return call === undefined ? noCall : this.#step(call, input);
  }

  /** The machine leaves its state alone when it does not understand an input in its phase, or from this person. */
  #step({ runner }: LiveCall, input: RunnerInput): Result<None> {
    const before = runner.state;
    runner.input(input);
    return runner.state === before ? wrongState : done;
  }

  #seat(agentId: string): SeatState {
    return this.#options.center.seats.get(agentId);
  }

  #audit(audit: string, me: Me, callId: string, mode: string): void {
    this.#options.logger.info({ audit, userId: me.id, callId, mode }, 'call supervised');
  }
}

function isOther(legId: string, named: string, both: readonly string[]): boolean {
  return named !== legId && both.includes(named);
}

/** Not on a call, not in wrap-up, with a telephone. A colleague on a break may be asked. */
function isFree(seat: SeatState): boolean {
  return phoneOf(seat) === 'idle';
}
