/** A step of the media engine. */
import { SwitchError } from '../ports/switch.ts';

/** Runs it; its failure becomes `media-failed`. */
export async function mediaStep<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new SwitchError('media-failed', error instanceof Error ? error.message : 'the media engine failed', {
      cause: error,
    });
  }
}
