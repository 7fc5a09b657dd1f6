/** The one place where legs end: others told, media closed, then `leg.ended` told. */
import type { Logger } from 'pino';
import type { EndedBy, HangupCause } from '../ports/switch.ts';
import type { SwitchEmitter } from '../ports/switch-emitter.ts';
import type { Leg, LegTable } from './leg.ts';
import type { MediaEngine } from './media/media-engine.ts';

/** Recordings are closed within this time; `leg.ended` is told then at the latest. */
const CLOSE_MEDIA_MS = 2_000;

export interface LegEnd {
  readonly cause: HangupCause;
  readonly by: EndedBy;
  readonly sipStatus: number;
}

export class LegEnding {
  readonly #legs: LegTable;
  readonly #media: MediaEngine;
  readonly #emitter: SwitchEmitter;
  readonly #logger: Logger;
  readonly #onEnding: (leg: Leg) => void;

  /** `onEnding` frees those who were joined with the leg. */
  constructor(parts: {
    legs: LegTable;
    media: MediaEngine;
    emitter: SwitchEmitter;
    logger: Logger;
    onEnding: (leg: Leg) => void;
  }) {
    this.#legs = parts.legs;
    this.#media = parts.media;
    this.#emitter = parts.emitter;
    this.#logger = parts.logger;
    this.#onEnding = parts.onEnding;
  }

  /** Ends once; later calls do nothing. Others are free at once, the rest follows when media is closed. */
  end(leg: Leg, end: LegEnd): void {
    if (leg.ended) return;
    leg.ended = true;
    this.#onEnding(leg);
    void this.#finish(leg, end);
  }

  async #finish(leg: Leg, end: LegEnd): Promise<void> {
    if (leg.hasMedia) await this.#closeMedia(leg);
    this.#legs.delete(leg.legId);
    this.#emitter.emit({ type: 'leg.ended', legId: leg.legId, ...end });
    leg.resolveEnded();
  }

  async #closeMedia(leg: Leg): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<'too-long'>((resolve) => {
      timer = setTimeout(() => {
        resolve('too-long');
      }, CLOSE_MEDIA_MS);
    });
    try {
      const outcome = await Promise.race([this.#media.closeLeg(leg.legId), tooLong]);
      if (outcome === 'too-long') this.#logger.warn({ legId: leg.legId }, 'media of a leg did not close in time');
    } catch (error) {
      this.#logger.warn({ err: error, legId: leg.legId }, 'media of a leg did not close cleanly');
    } finally {
      clearTimeout(timer);
    }
  }
}
