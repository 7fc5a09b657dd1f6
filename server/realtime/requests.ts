/** What each request of a page does: one entry per event of the protocol. */
import type { Desk, SipCredentialIssuer } from './desk.ts';
import type { Payload } from './parse.ts';
import type { Ack, Me, PageToServer, Result, ResultCode } from './protocol.ts';

type AckValue<E extends keyof PageToServer> = Parameters<PageToServer[E]>[1] extends Ack<infer T> ? T : never;

export type Requests = {
  readonly [E in keyof PageToServer]: (
    me: Me,
    payload: Payload<E>,
  ) => Result<AckValue<E>> | Promise<Result<AckValue<E>>>;
};

export interface RequestsOptions {
  readonly desk: Desk;
  readonly credentials: SipCredentialIssuer;
  /** Called before the desk is asked, so that the page's end can undo it. */
  readonly onWatch: (me: Me, on: boolean) => void;
}

const messages: Readonly<Record<ResultCode, string>> = {
  'bad-request': '请求内容不正确，请刷新页面后重试',
  'not-allowed': '您没有权限进行此操作',
  'not-found': '没有找到相应的记录',
  'wrong-state': '当前状态下不能进行此操作',
  'too-many-requests': '操作过于频繁，请稍候再试',
  unavailable: '系统暂时无法处理，请稍后重试',
  incomplete: '信息不完整',
};

/** A refusal in the words for people. */
export function refusal(code: ResultCode): { readonly ok: false; readonly code: ResultCode; readonly message: string } {
  return { ok: false, code, message: messages[code] };
}

/** Where agents' softphones register. */
export function agentEndpoint(userId: string): string {
  return `agent:${userId}`;
}

/** Supervisors and administrators. */
function leads({ role }: Me): boolean {
  return role === 'supervisor' || role === 'admin';
}

export function createRequests({ desk, credentials, onWatch }: RequestsOptions): Requests {
  return {
    'agent.set-intent': (me, p) => desk.setIntent(me, p.intent, p.reason),
    'sip.credentials': (me) => ({ ok: true, value: credentials.issue(agentEndpoint(me.id), 'agent') }),
    'offer.decline': (me, p) => desk.declineOffer(me, p.offerId),
    'call.hold': (me, p) => desk.hold(me, p.callId),
    'call.resume': (me, p) => desk.resume(me, p.callId),
    'call.hang-up': (me, p) => desk.hangUp(me, p.callId),
    'call.return': (me, p) => desk.returnToCall(me, p.callId),
    'call.consult': (me, p) => desk.party.consult(me, p.callId, p.target),
    'call.consult-end': (me, p) => desk.party.endConsult(me, p.callId),
    'call.complete': (me, p) => desk.party.complete(me, p.callId),
    'call.conference': (me, p) => desk.party.conference(me, p.callId),
    'call.transfer': (me, p) => desk.party.transfer(me, p.callId, p.target),
    'call.dispose': (me, p) => desk.line.dispose(me, p.callId, p.code),
    'line-check.start': (me) => desk.line.startLineCheck(me),
    'phone.use': (me, p) => desk.line.takeByPhone(me, p.number),
    'phone.stop': (me) => desk.line.takeHere(me),
    'offer.accept': (me, p) => desk.line.acceptByPhone(me, p.offerId),
    'line.report': (me, p) => desk.line.reportLine(me, p),
    'callback.end': (me, p) => (leads(me) ? desk.line.endCallback(me, p.id, p.how) : refusal('not-allowed')),
    'agent.profile': (me, p) => (leads(me) ? desk.line.setProfile(me, p.agentId, p.profile) : refusal('not-allowed')),
    'call.directory': (me) => desk.party.directory(me),
    'supervise.start': (me, p) => (!leads(me) ? refusal('not-allowed') : desk.party.supervise(me, p.callId, p.mode)),
    'supervise.end': (me, p) => (!leads(me) ? refusal('not-allowed') : desk.party.endSupervision(me, p.callId)),
    'supervise.take-over': (me, p) => (!leads(me) ? refusal('not-allowed') : desk.party.takeOver(me, p.callId)),
    'draft.edit': (me, p) => desk.changeDraft(me, p.callId, { type: 'edit', field: p.field, value: p.value }),
    'draft.note': (me, p) => desk.changeDraft(me, p.callId, { type: 'edit-note', note: p.note }),
    'draft.confidential': (me, p) =>
      desk.changeDraft(me, p.callId, { type: 'set-confidential', confidential: p.confidential }),
    'draft.suggestion': (me, p) => desk.changeDraft(me, p.callId, { type: suggestionInput[p.action], field: p.field }),
    'call.dialect': (me, p) => desk.setDialect(me, p.callId, p.dialectId),
    'draft.second': (me, p) => desk.secondMatter(me, p.callId, p.action),
    'ticket.confirm': (me, p) => desk.confirmTicket(me, p.callId),
    'draft.drop': (me, p) => desk.dropDraft(me, p.callId),
    'wrap-up.extend': (me, p) => desk.extendWrapUp(me, p.callId, p.byMs),
    'wrap-up.finish': (me, p) => desk.finishWrapUp(me, p.callId),
    'supervisor.watch': (me, p) => {
      if (!leads(me)) return refusal('not-allowed');
      onWatch(me, p.on);
      desk.watch(me, p.on);
      return { ok: true, value: {} };
    },
  };
}

const suggestionInput = { accept: 'accept-suggestion', dismiss: 'dismiss-suggestion', release: 'release' } as const;
