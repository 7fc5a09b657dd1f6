/** What agents and supervisors ask of the line: what a call was, a check of one's own line, call-backs, who can do what. */
import type { Disposition } from '../../config/waiting-schema.ts';
import type { LineRequests } from '../realtime/desk.ts';
import type { AgentProfileView, LineReport, Me, None, Result } from '../realtime/protocol.ts';
import type { ProfileStore } from '../store/ports.ts';
import type { CallCenter } from './call-center.ts';
import type { LineWatch } from './line-watch.ts';

export interface LineRequestsOptions {
  readonly center: CallCenter;
  readonly lineWatch: LineWatch;
  readonly profiles: ProfileStore;
  readonly dispositions: readonly Disposition[];
  readonly seatChanged: (agentId: string) => void;
}

const ok: Result<None> = { ok: true, value: {} };
const no = (code: 'not-found' | 'wrong-state' | 'bad-request', message: string): Result<never> => ({
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
