/** What the media engine tells of a leg, in the words of the switch's port. */
import type { Logger } from 'pino';
import type { SwitchEmitter } from '../ports/switch-emitter.ts';
import type { Hanger } from './hanger.ts';
import type { LegTable } from './leg.ts';
import type { MediaEvent } from './media/media-engine.ts';

export interface MediaEventsParts {
  readonly legs: LegTable;
  readonly emitter: SwitchEmitter;
  readonly logger: Logger;
  readonly hanger: Hanger;
}

export class MediaEvents {
  readonly #parts: MediaEventsParts;

  constructor(parts: MediaEventsParts) {
    this.#parts = parts;
  }

  take(event: MediaEvent): void {
    const { legId } = event;
    switch (event.type) {
      case 'media-up':
        this.#parts.emitter.emit({ type: 'leg.media-up', legId });
        break;
      case 'media-lost':
        this.#onMediaLost(event);
        break;
      case 'digit':
        this.#parts.emitter.emit({ type: 'leg.digit', legId, digit: event.digit, durationMs: event.durationMs });
        break;
      case 'play-started':
        this.#parts.emitter.emit({ type: 'play.started', legId, playId: event.playId });
        break;
      case 'play-finished':
        this.#parts.emitter.emit({ ...event, type: 'play.finished' });
        break;
      case 'recording-started':
        this.#parts.emitter.emit({ ...event, type: 'recording.started' });
        break;
      case 'recording-finished':
        this.#parts.emitter.emit({ ...event, type: 'recording.finished' });
        break;
      case 'quality':
        this.#parts.emitter.emit({ ...event, type: 'leg.quality' });
        break;
      case 'tap':
        this.#parts.legs.find(legId)?.onTapFrame?.(event.frame);
        break;
    }
  }

  #onMediaLost({ legId, silentMs }: Extract<MediaEvent, { type: 'media-lost' }>): void {
    const leg = this.#parts.legs.find(legId);
    if (leg === undefined || leg.ended) return;
    this.#parts.logger.info({ legId, silentMs }, 'leg lost its media');
    this.#parts.hanger.hangUp(leg, 'media-lost');
  }
}
