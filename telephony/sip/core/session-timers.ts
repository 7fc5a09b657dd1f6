/** Runs the session timers of calls (RFC 4028 section 10): refreshes in time, and ends what nobody refreshed. */
import { sessionTimerIds, type Call, type CallBook } from './call-book.ts';
import type { CoreRuntime } from './runtime.ts';
import { expireAfterMs, refreshAfterMs, type SessionAgreement } from './session-timer.ts';

export interface SessionTimersParts {
  readonly book: CallBook;
  readonly refresh: (call: Call) => void;
  readonly sendBye: (call: Call) => void;
}

export class SessionTimers {
  readonly #runtime: CoreRuntime;
  readonly #parts: SessionTimersParts;

  constructor(runtime: CoreRuntime, parts: SessionTimersParts) {
    this.#runtime = runtime;
    this.#parts = parts;
  }

  /** A 2xx has agreed on a session, or on none; every refresh begins anew. */
  agree(call: Call, session: SessionAgreement | undefined): void {
    const ids = sessionTimerIds(call);
    this.#runtime.stopTimer(ids.refresh);
    this.#runtime.stopTimer(ids.expire);
    call.session = session;
    if (session === undefined) return;
    if (session.refresher === 'us') {
      this.#runtime.startTimer(ids.refresh, refreshAfterMs(session.intervalS), () => {
        this.#parts.refresh(call);
      });
    }
    this.#runtime.startTimer(ids.expire, expireAfterMs(session.intervalS), () => {
      this.#expire(call);
    });
  }

  #expire(call: Call): void {
    if (call.phase !== 'confirmed') return;
    call.byeReason = 'SIP;cause=408;text="Session expired"';
    this.#parts.book.end(call, 'local', 'expired', 408);
    this.#parts.sendBye(call);
  }
}
