/** Stereo recordings. */
import { SwitchError } from '../ports/switch.ts';
import type { LegCommands } from './commands.ts';
import type { Leg } from './leg.ts';

export class Recorder {
  readonly #commands: LegCommands;

  constructor(commands: LegCommands) {
    this.#commands = commands;
  }

  async start(leg: Leg, path: string): Promise<void> {
    if (!/^\/[^\s;{}]+$/.test(path))
      throw new SwitchError('bad-request', 'a recording needs an absolute path without blanks');
    if (leg.recording !== undefined) throw new SwitchError('wrong-state', 'the leg is being recorded already');
    const recording = { path, startedMs: 0 };
    leg.recording = recording;
    try {
      // Left is what this leg says, right what it hears; it has to be set before the recording begins.
      await this.#commands.setVariables(leg.legId, {
        RECORD_STEREO: 'true',
        RECORD_APPEND: 'false',
        // The default holds back half a second, and a mask then hides half a second too much.
        RECORD_PRE_BUFFER_FRAMES: '1',
        record_sample_rate: '8000',
      });
      await this.#commands.api(`uuid_record ${leg.legId} start ${path}`);
    } catch (error) {
      if (leg.recording === recording) leg.recording = undefined;
      throw error;
    }
  }

  async stop(leg: Leg): Promise<void> {
    if (leg.recording !== undefined) await this.#commands.api(`uuid_record ${leg.legId} stop ${leg.recording.path}`);
  }

  async mask(leg: Leg, masked: boolean): Promise<void> {
    if (leg.recording === undefined) throw new SwitchError('wrong-state', 'the leg is not being recorded');
    await this.#commands.api(`uuid_record ${leg.legId} ${masked ? 'mask' : 'unmask'} ${leg.recording.path}`);
  }
}
