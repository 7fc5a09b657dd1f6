/** Runs the transaction machines: matches messages to them (RFC 3261 sections 17.1.3, 17.2.3) and does their effects. */
import { headerLines } from '../message/headers.ts';
import { serializeMessage } from '../message/serialize.ts';
import { splitOutside } from '../message/tokens.ts';
import type { ReceivedRequest, ReceivedResponse, SipRequest, SipResponse } from '../message/types.ts';
import { BRANCH_COOKIE, stampVia } from '../message/via.ts';
import {
  startInviteClient,
  stepInviteClient,
  type InviteClientInput,
  type InviteClientState,
} from '../transactions/invite-client.ts';
import {
  startInviteServer,
  stepInviteServer,
  type InviteServerInput,
  type InviteServerState,
} from '../transactions/invite-server.ts';
import {
  startNonInviteClient,
  stepNonInviteClient,
  type NonInviteClientInput,
  type NonInviteClientState,
} from '../transactions/non-invite-client.ts';
import {
  startNonInviteServer,
  stepNonInviteServer,
  type NonInviteServerInput,
  type NonInviteServerState,
} from '../transactions/non-invite-server.ts';
import { timerNames, type TimerName } from '../transactions/timers.ts';
import type { Step } from '../transactions/types.ts';
import { ackForFailure, branchOf } from './build.ts';
import type { CoreRuntime } from './runtime.ts';
import { isReliable, udpFlow, type Flow } from './types.ts';

export interface ClientHandler {
  onResponse(response: ReceivedResponse): void;
  onFailure(why: 'timeout' | 'transport-failed'): void;
  /** Timer C (INVITE only). */
  onRingingTooLong?(): void;
}

/** A request to be answered. Retransmissions are the layer's business. */
export interface ServerTransaction {
  readonly key: string;
  readonly request: ReceivedRequest;
  /** Where the request came from. */
  readonly flow: Flow;
  respond(response: SipResponse): void;
}

export interface LayerUser {
  /** ACK of a 2xx: it belongs to no transaction, or to one in the Accepted state. */
  onAck(request: ReceivedRequest, flow: Flow): void;
}

/** What differs between the four machines, with the state type hidden. */
interface Machine {
  readonly flow: Flow;
  feed(
    input: { readonly type: 'timer-fired'; readonly timer: TimerName } | { readonly type: 'transport-failed' },
  ): void;
  stop(): void;
}

export class TransactionLayer {
  readonly #runtime: CoreRuntime;
  readonly #user: LayerUser;
  readonly #machines = new Map<string, Machine>();
  readonly #clients = new Map<string, (response: ReceivedResponse) => void>();
  readonly #servers = new Map<string, (request: ReceivedRequest) => void>();

  constructor(runtime: CoreRuntime, user: LayerUser) {
    this.#runtime = runtime;
    this.#user = user;
  }

  get size(): number {
    return this.#machines.size;
  }

  /** Feeds a retransmission or an ACK to its transaction; false when the request is new. */
  absorb(request: ReceivedRequest): boolean {
    const server = this.#servers.get(serverKey(request));
    server?.(request);
    return server !== undefined;
  }

  /** Whether a transaction for the INVITE which this CANCEL names is still there; its key. */
  inviteKeyOf(cancel: ReceivedRequest): string {
    return serverKey({ ...cancel, method: 'INVITE' });
  }

  /** Begins a server transaction for a new request. */
  serve(received: ReceivedRequest, flow: Flow): ServerTransaction {
    const request = stamped(received, flow);
    const key = serverKey(received);
    return request.method === 'INVITE' ? this.#serveInvite(key, request, flow) : this.#serveOther(key, request, flow);
  }

  /** Answers without a transaction (refusals to strangers and to broken requests). */
  respondStateless(
    headers: SipResponse,
    via: { readonly rport: boolean; readonly port: number | undefined },
    flow: Flow,
  ): void {
    this.#runtime.sendMessage(responseFlow(via, flow), headers);
  }

  /** False when the response belongs to nothing we sent. */
  receiveResponse(response: ReceivedResponse): boolean {
    const client = this.#clients.get(clientKey(response.essentials.via.branch, response.essentials.cseq.method));
    client?.(response);
    return client !== undefined;
  }

  /** Sends a request in a transaction of its own; returns the key, good for `abandon`. */
  request(request: SipRequest, flow: Flow, handler: ClientHandler): string {
    const key = clientKey(branchOf(request), request.method);
    if (request.method === 'INVITE') this.#requestInvite(key, request, flow, handler);
    else this.#requestOther(key, request, flow, handler);
    return key;
  }

  /** Forgets a transaction without a word to its user. */
  abandon(key: string): void {
    this.#machines.get(key)?.stop();
  }

  sendFailed(key: string): void {
    this.#machines.get(key)?.feed({ type: 'transport-failed' });
  }

  /** A socket has closed: nothing more comes for what was asked over it. */
  flowClosed(flowId: string): void {
    for (const machine of [...this.#machines.values()]) {
      if (machine.flow.id === flowId) machine.feed({ type: 'transport-failed' });
    }
  }

  #serveInvite(key: string, request: ReceivedRequest, flow: Flow): ServerTransaction {
    const back = responseFlow(request.essentials.via, flow);
    const feed = this.#run<InviteServerState, InviteServerInput>(key, back, {
      first: startInviteServer(),
      step: stepInviteServer,
      inform: (what, message) => {
        if (what === 'message' && message?.kind === 'request') this.#user.onAck(message, flow);
      },
    });
    this.#servers.set(key, (again) => {
      feed({ type: again.method === 'ACK' ? 'ack' : 'request-retransmit' }, again);
    });
    return {
      key,
      request,
      flow,
      respond: (response) => {
        feed({ type: 'respond', status: response.status, bytes: serializeMessage(response) });
      },
    };
  }

  #serveOther(key: string, request: ReceivedRequest, flow: Flow): ServerTransaction {
    const back = responseFlow(request.essentials.via, flow);
    const feed = this.#run<NonInviteServerState, NonInviteServerInput>(key, back, {
      first: startNonInviteServer(),
      step: stepNonInviteServer,
      inform: () => undefined,
    });
    this.#servers.set(key, () => {
      feed({ type: 'request-retransmit' });
    });
    return {
      key,
      request,
      flow,
      respond: (response) => {
        feed({ type: 'respond', status: response.status, bytes: serializeMessage(response) });
      },
    };
  }

  #requestInvite(key: string, request: SipRequest, flow: Flow, handler: ClientHandler): void {
    const feed = this.#run<InviteClientState, InviteClientInput>(key, flow, {
      first: startInviteClient(serializeMessage(request), isReliable(flow)),
      step: stepInviteClient,
      inform: (what, message) => {
        inform(handler, what, message);
      },
    });
    this.#clients.set(key, (response) => {
      const ack = serializeMessage(ackForFailure(request, response));
      feed({ type: 'response', status: response.status, ack }, response);
    });
  }

  #requestOther(key: string, request: SipRequest, flow: Flow, handler: ClientHandler): void {
    const feed = this.#run<NonInviteClientState, NonInviteClientInput>(key, flow, {
      first: startNonInviteClient(serializeMessage(request), isReliable(flow)),
      step: stepNonInviteClient,
      inform: (what, message) => {
        inform(handler, what, message);
      },
    });
    this.#clients.set(key, (response) => {
      feed({ type: 'response', status: response.status }, response);
    });
  }

  /** The one runner: keeps a machine's state, performs its effects in order, feeds timers back. */
  #run<S extends { readonly name: string }, I>(
    key: string,
    flow: Flow,
    machine: {
      readonly first: Step<S>;
      readonly step: (state: S, input: I, reliable: boolean) => Step<S>;
      readonly inform: (what: InformWhat, message: ReceivedRequest | ReceivedResponse | undefined) => void;
    },
  ): (input: I, message?: ReceivedRequest | ReceivedResponse) => void {
    let state = machine.first.state;
    const perform = (step: Step<S>, message: ReceivedRequest | ReceivedResponse | undefined): void => {
      state = step.state;
      if (state.name === 'terminated') this.#forget(key);
      for (const effect of step.effects) {
        switch (effect.type) {
          case 'send':
            this.#runtime.sendBytes(flow, effect.bytes, key);
            break;
          case 'start-timer':
            this.#runtime.startTimer(`${key}|${effect.timer}`, effect.delayMs, () => {
              feed({ type: 'timer-fired', timer: effect.timer } as I);
            });
            break;
          case 'stop-timer':
            this.#runtime.stopTimer(`${key}|${effect.timer}`);
            break;
          case 'inform':
            machine.inform(effect.what, message);
            break;
        }
      }
    };
    const feed = (input: I, message?: ReceivedRequest | ReceivedResponse): void => {
      perform(machine.step(state, input, isReliable(flow)), message);
    };
    this.#machines.set(key, {
      flow,
      feed: (input) => {
        feed(input as I);
      },
      stop: () => {
        this.#forget(key);
      },
    });
    perform(machine.first, undefined);
    return feed;
  }

  #forget(key: string): void {
    this.#machines.delete(key);
    this.#clients.delete(key);
    this.#servers.delete(key);
    for (const timer of timerNames) this.#runtime.stopTimer(`${key}|${timer}`);
  }
}

type InformWhat = 'message' | 'timeout' | 'ringing-too-long' | 'transport-failed';

function inform(
  handler: ClientHandler,
  what: InformWhat,
  message: ReceivedRequest | ReceivedResponse | undefined,
): void {
  switch (what) {
    case 'message':
      if (message?.kind === 'response') handler.onResponse(message);
      break;
    case 'ringing-too-long':
      handler.onRingingTooLong?.();
      break;
    case 'timeout':
    case 'transport-failed':
      handler.onFailure(what);
      break;
  }
}

function clientKey(branch: string, method: string): string {
  return `c|${branch}|${method}`;
}

/** RFC 3261 section 17.2.3; peers of RFC 2543 send no useful branch, so their requests are told apart by the rest. */
function serverKey(request: ReceivedRequest): string {
  const { via, callId, cseq, fromTag } = request.essentials;
  const method = request.method === 'ACK' ? 'INVITE' : request.method;
  if (via.branch.startsWith(BRANCH_COOKIE)) return `s|${via.branch}|${via.host}:${via.port ?? 0}|${method}`;
  return `s|${callId}|${fromTag}|${cseq.number}|${via.host}:${via.port ?? 0}|${method}`;
}

/** Where responses go: RFC 3261 section 18.2.2, RFC 3581 section 4; over a socket, back the same way. */
export function responseFlow(via: { readonly rport: boolean; readonly port: number | undefined }, flow: Flow): Flow {
  if (flow.transport !== 'UDP' || via.rport) return flow;
  return udpFlow(flow.address, via.port ?? 5060);
}

/** The request with `received` and `rport` in its topmost Via. A web phone has no address to be told of. */
function stamped(request: ReceivedRequest, flow: Flow): ReceivedRequest {
  if (flow.transport === 'WS') return request;
  const at = request.headers.findIndex((h) => h.name === 'via');
  const [first = '', ...others] = splitOutside(headerLines(request, 'via')[0] ?? '', ',');
  const value = [stampVia(first, flow), ...others].join(', ');
  return { ...request, headers: request.headers.map((h, i) => (i === at ? { name: 'via', value } : h)) };
}
