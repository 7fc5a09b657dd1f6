/** What agents and supervisors ask of the line: what a call was, a check of one's own line, call-backs, who can do what. */
import type { Logger } from 'pino';
import type { Disposition } from '../../config/waiting-schema.ts';
import type { LineRequests } from '../realtime/desk.ts';
import type { AgentProfileView, AgentView, LineReport, Me, None, Result } from '../realtime/protocol.ts';
import type { ProfileStore } from '../store/ports.ts';
import type { CallCenter } from './call-center.ts';
import type { LineWatch } from './line-watch.ts';
import { agentView } from './views.ts';

export interface LineRequestsOptions {
  readonly center: CallCenter;
  readonly lineWatch: LineWatch;
  readonly profiles: ProfileStore;
  readonly dispositions: readonly Disposition[];
  readonly seatChanged: (agentId: string) => void;
  readonly logger: Logger;
}

const ok: Result<None> = { ok: true, value: {} };
const busy: Result<never> = { ok: false, code: 'wrong-state', message: '通话期间不能更换接听方式' };
const no = (code: 'not-found' | 'wrong-state' | 'bad-request' | 'unavailable', message: string): Result<never> => ({
  ok: false,
  code,
  message,
});

export class LineDeskRequests implements LineRequests {
  readonly #options: LineRequestsOptions;

  constructor(options: LineRequestsOptions) {
    this.#options = options;
  }

  async dispose(me: Me, callId: string, code: string): Promise<Result<None>> {
    const { center, dispositions } = this.#options;
    const { work } = center.seats.get(me.id);
    const own = work.type === 'talking' || work.type === 'wrap-up' || work.type === 'lost';
    if (!own || work.callId !== callId) return no('not-found', '这通电话已不在您的座席上');
    if (!dispositions.some((d) => d.code === code)) return no('bad-request', '没有这个归类，请刷新页面');
    center.timeline.emit(callId, { type: 'call.disposed', agentId: me.id, code });
    await center.timeline.flush();
    return ok;
  }

  async startLineCheck(me: Me): Promise<Result<{ readonly lengthMs: number }>> {
    const { center, lineWatch } = this.#options;
    const seat = center.seats.get(me.id);
    if (!seat.registered) return no('wrong-state', '软电话尚未注册，请稍候再检测');
    if (seat.intent === 'available' || seat.work.type !== 'none')
      return no('wrong-state', '接听期间不能检测线路，请先示忙');
    if (lineWatch.isChecking(me.id)) return no('wrong-state', '检测正在进行');
    return { ok: true, value: await lineWatch.check(me.id) };
  }

  takeByPhone(me: Me, number: string): Result<AgentView> {
    const { center, logger } = this.#options;
    if (!center.phones.isAllowed) return no('unavailable', '未开通电话接听，请联系班长');
    if (!this.#mayChangePhone(me)) return busy;
    if (!center.phones.set(me.id, number)) return no('bad-request', '这个号码不能使用，请填写本人的手机或座机');
    logger.info({ audit: 'agent-by-phone', userId: me.id, on: true }, 'an agent takes calls by telephone');
    return { ok: true, value: agentView(center.seats.input(me.id, { type: 'by-phone', on: true }), me) };
  }

  takeHere(me: Me): Result<AgentView> {
    const { center } = this.#options;
    if (!this.#mayChangePhone(me)) return busy;
    return { ok: true, value: agentView(center.seats.input(me.id, { type: 'by-phone', on: false }), me) };
  }

  /** A call stays where it rings. */
  #mayChangePhone(me: Me): boolean {
    const { work } = this.#options.center.seats.get(me.id);
    return work.type === 'none' || work.type === 'wrap-up';
  }

  acceptByPhone(me: Me, offerId: string): Result<None> {
    const { center } = this.#options;
    const { work } = center.seats.get(me.id);
    const call = work.type === 'ringing' && work.offerId === offerId ? center.get(work.callId) : undefined;
    if (call === undefined) return no('not-found', '来电已撤回');
    const before = call.runner.state;
    call.runner.input({ type: 'accept-by-phone', agentId: me.id, offerId });
    return call.runner.state === before ? no('wrong-state', '请先接起电话') : ok;
  }

  reportLine(me: Me, report: Omit<LineReport, 'atMs'>): Result<None> {
    this.#options.lineWatch.report(me.id, report);
    this.#options.seatChanged(me.id);
    return ok;
  }

  async endCallback(_me: Me, id: string, how: 'cancelled' | 'done'): Promise<Result<None>> {
    const state = how === 'done' ? 'reached' : 'cancelled';
    const ended = await this.#options.center.callbacks.end(id, state, how === 'done' ? 'by-hand' : 'by-supervisor');
    return ended ? ok : no('not-found', '这条回拨已经完成或取消');
  }

  async setProfile(_me: Me, agentId: string, profile: AgentProfileView): Promise<Result<None>> {
    await this.#options.profiles.save({ userId: agentId, ...profile });
    this.#options.center.seats.setProfile(agentId, profile);
    this.#options.seatChanged(agentId);
    return ok;
  }
}
