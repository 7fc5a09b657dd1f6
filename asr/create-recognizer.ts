/** Builds the recogniser that the configuration asks for. */
import type { Logger } from 'pino';
import { OffRecognizer } from './engines/off-recognizer.ts';
import type { Script } from './engines/scripted/script.ts';
import { ScriptedRecognizer } from './engines/scripted/scripted-recognizer.ts';
import { SherpaRecognizer } from './engines/sherpa/sherpa-recognizer.ts';
import type { Recognizer } from './ports.ts';

export interface RecognizerOptions {
  readonly engine: 'sherpa' | 'scripted' | 'off';
  /** Folder of the model files (sherpa). */
  readonly modelDir: string;
  /** Child processes (sherpa). */
  readonly processes: number;
  /** Streams at once; further calls go on without text. */
  readonly maxStreams: number;
  readonly logger: Logger;
  /** What the scripted engine says; a sample conversation when left out. */
  readonly script?: Script;
}

/** The recogniser is not started yet. */
export function createRecognizer({ engine, script, maxStreams, ...rest }: RecognizerOptions): Recognizer {
  switch (engine) {
    case 'sherpa':
      return new SherpaRecognizer({ ...rest, maxStreams });
    case 'scripted':
      return new ScriptedRecognizer({ maxStreams, ...(script === undefined ? {} : { script }) });
    case 'off':
      return new OffRecognizer();
  }
}
