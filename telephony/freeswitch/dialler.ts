/** Makes outbound legs, keeps the ringing time, ends legs. */
import type { Logger } from 'pino';
import { SwitchError, type HangupCause, type OriginateRequest } from '../ports/switch.ts';
import { killCause } from './causes.ts';
import type { ChannelCore, Effect } from './channel-core.ts';
import { isGone, type LegCommands } from './commands.ts';
import { endpointDial, originateCommand, uriDial } from './dial-string.ts';
import { newLeg, type Leg, type LegTable } from './leg.ts';
import { checkMarks } from './marks.ts';
import type { FreeswitchOptions } from './options.ts';
import type { Registrations } from './registrations.ts';

export interface DiallerDeps {
  readonly legs: LegTable;
  readonly core: ChannelCore;
  readonly commands: LegCommands;
  readonly registrations: Registrations;
  readonly run: (effects: readonly Effect[]) => void;
  readonly logger: Logger;
  readonly options: Pick<FreeswitchOptions, 'profiles' | 'domain' | 'outboundProxy' | 'directHosts'>;
}

/** The job of a dial ends with the dial; the margin is for a FreeSWITCH that is slow to say so. */
const JOB_MARGIN_MS = 30_000;
const REGISTERED_WITHIN_MS = 200;
const REGISTERED_LOOK_MS = 10;
const ENDED_WITHIN_MS = 3_000;
/** The channel's own end tells more than the job, and mostly comes first. */
const CHANNEL_END_FIRST_MS = 500;

export class Dialler {
  readonly #deps: DiallerDeps;

  constructor(deps: DiallerDeps) {
    this.#deps = deps;
  }

  async originate(request: OriginateRequest): Promise<void> {
    const { legs, run, core } = this.#deps;
    checkMarks(request.marks ?? {});
    if (request.target.type === 'endpoint') await this.#registered(request.target.endpointId);
    if (legs.find(request.legId) !== undefined) throw new SwitchError('bad-request', 'the leg is there already');
    const dial = this.#dialString(request);
    const command = dial === undefined ? undefined : originateCommand(request, dial);
    const { legId, marks } = request;
    const leg = newLeg({ legId, direction: 'outbound', state: 'dialling', marks: { ...marks }, created: false });
    legs.add(leg);
    if (command === undefined) {
      // After the promise of this call: whoever dials may look at its answer first.
      setImmediate(() => {
        run(core.end(leg, { cause: 'unavailable', by: 'remote', sipStatus: 0 }));
      });
      return;
    }
    await this.#dial(leg, command, request.ringMs);
  }

  /** A phone may be rung as soon as its REGISTER was answered; the event of it comes a moment later. */
  async #registered(endpointId: string): Promise<void> {
    const { registrations } = this.#deps;
    for (let waitedMs = 0; waitedMs < REGISTERED_WITHIN_MS; waitedMs += REGISTERED_LOOK_MS) {
      if (registrations.isRegistered(endpointId)) return;
      await delay(REGISTERED_LOOK_MS);
    }
  }

  /** Ends a leg and waits until it is gone. */
  async hangup(leg: Leg, cause: HangupCause): Promise<void> {
    leg.endCause ??= cause;
    await this.kill(leg);
    let timer: NodeJS.Timeout | undefined;
    const given = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ENDED_WITHIN_MS);
    });
    await Promise.race([leg.whenEnded, given]);
    clearTimeout(timer);
  }

  /** A leg that is not made yet is ended as soon as it is; one that is gone is told so. */
  async kill(leg: Leg): Promise<void> {
    const { commands, core, run, logger } = this.#deps;
    if (leg.ended || leg.endCause === undefined) return;
    const { endCause: cause } = leg;
    try {
      const reply = await commands.ask(`uuid_kill ${leg.legId} ${killCause(cause)}`);
      if (!isGone(reply) || !leg.created) return;
      await delay(CHANNEL_END_FIRST_MS);
      run(core.end(leg, { cause, by: 'local', sipStatus: 0 }));
    } catch (error) {
      // It is ended when the link is back: reconciling ends what has an `endCause`.
      logger.warn({ err: error, legId: leg.legId }, 'leg could not be ended now');
    }
  }

  #dialString({ target }: OriginateRequest): string | undefined {
    const { registrations, options } = this.#deps;
    const { profiles, domain, outboundProxy } = options;
    if (target.type === 'uri') {
      const isDirect = (options.directHosts ?? []).some((host) => target.uri.includes(`@${host}:`));
      return uriDial(target.uri, profiles.trunk, isDirect ? null : outboundProxy);
    }
    const username = registrations.usernameOf(target.endpointId);
    return username === undefined ? undefined : endpointDial(username, profiles.endpoints, domain);
  }

  #dial(leg: Leg, command: string, ringMs: number): Promise<void> {
    const { commands, legs } = this.#deps;
    if (!commands.esl.up) {
      legs.delete(leg.legId);
      return Promise.reject(new SwitchError('closed', 'no connection to FreeSWITCH'));
    }
    const ringing = setTimeout(() => {
      if (leg.answered || leg.ended) return;
      leg.endCause ??= 'no-answer';
      void this.kill(leg);
    }, ringMs);
    void leg.whenEnded.then(() => {
      clearTimeout(ringing);
    });
    const job = commands.askJob(command, ringMs + JOB_MARGIN_MS);
    void job.then(
      (reply) => this.#onOutcome(leg, reply),
      (error: unknown) => {
        this.#deps.logger.warn({ err: error, legId: leg.legId }, 'outcome of a dial was not told');
        // With the link gone reconciling finds out; a refused command ends the leg.
        if (!leg.created && commands.esl.up) this.#fail(leg, '-ERR NORMAL_TEMPORARY_FAILURE');
      },
    );
    return Promise.resolve();
  }

  async #onOutcome(leg: Leg, reply: string): Promise<void> {
    if (reply.startsWith('+OK') || leg.ended) return;
    if (leg.created) await Promise.race([leg.whenEnded, delay(CHANNEL_END_FIRST_MS)]);
    this.#fail(leg, reply);
  }

  #fail(leg: Leg, reply: string): void {
    this.#deps.run(this.#deps.core.dialFailed(leg, reply));
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
