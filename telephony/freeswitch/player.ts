/** Prompts and music: each file is an application queued on the channel. */
import { SwitchError, type PlayRequest } from '../ports/switch.ts';
import { isSafeText } from '../esl/codec/command.ts';
import type { Effect } from './channel-core.ts';
import type { LegCommands } from './commands.ts';
import type { Leg, Play } from './leg.ts';
import { PLAY_FIELD, stepToken, stopPlay } from './play-core.ts';

const MOST_FILES = 100;
/** Asks FreeSWITCH to repeat until something stops it. */
const FOR_EVER = -1;

export class Player {
  readonly #commands: LegCommands;
  readonly #run: (effects: readonly Effect[]) => void;
  readonly #newId: () => string;

  constructor(commands: LegCommands, run: (effects: readonly Effect[]) => void, newId: () => string) {
    this.#commands = commands;
    this.#run = run;
    this.#newId = newId;
  }

  async play(leg: Leg, request: PlayRequest): Promise<void> {
    checkFiles(request);
    const running = leg.play !== undefined;
    this.#run(stopPlay(leg));
    const play = this.#newPlay(request);
    leg.play = play;
    // In one packet and in this order: FreeSWITCH has stopped the old play before it sees the new one.
    const stopped = running ? this.#commands.api(`uuid_break ${leg.legId} all`) : Promise.resolve('');
    const queued = this.#queue(leg, play);
    try {
      await Promise.all([stopped, queued]);
    } catch (error) {
      if (leg.play === play) leg.play = undefined;
      throw error;
    }
  }

  async stop(leg: Leg): Promise<void> {
    if (leg.play === undefined) return;
    this.#run(stopPlay(leg));
    await this.#commands.api(`uuid_break ${leg.legId} all`);
  }

  /** From the start, under the same name; `flush` when something of it may still be queued or sounding. */
  async again(leg: Leg, flush: boolean): Promise<void> {
    if (leg.play === undefined) return;
    const play: Play = { ...this.#newPlay(leg.play.request), started: leg.play.started };
    leg.play = play;
    if (flush) await this.#commands.api(`uuid_break ${leg.legId} all`);
    await this.#queue(leg, play);
  }

  /** Throws away what is queued on the channel. */
  async flush(legId: string): Promise<void> {
    await this.#commands.ask(`uuid_break ${legId} all`);
  }

  #newPlay(request: PlayRequest): Play {
    return { request, token: this.#newId(), steps: stepsOf(request).length, started: false, broken: false };
  }

  async #queue(leg: Leg, { request, token }: Play): Promise<void> {
    const loops = request.repeat === 'forever' ? FOR_EVER : undefined;
    await Promise.all(
      stepsOf(request).map((path, n) => {
        const id = stepToken(token, n);
        return this.#commands.execute(leg.legId, { app: 'playback', arg: `{${PLAY_FIELD}=${id}}${path}`, id, loops });
      }),
    );
  }
}

/** Files to play once are queued one by one, so that a missing one is noticed; music repeats as one piece. */
function stepsOf({ files, repeat }: PlayRequest): readonly string[] {
  return repeat === 'forever' && files.length > 1 ? [`file_string://${files.join('!')}`] : files;
}

function checkFiles({ files, repeat }: PlayRequest): void {
  const good = files.length > 0 && files.length <= MOST_FILES && files.every((f) => isSafeText(f) && f.startsWith('/'));
  if (!good) throw new SwitchError('bad-request', 'the files to play must be 1 to 100 absolute paths');
  if (repeat === 'forever' && files.length > 1 && files.some((f) => f.includes('!')))
    throw new SwitchError('bad-request', 'a path with ! cannot be part of repeated music');
}
