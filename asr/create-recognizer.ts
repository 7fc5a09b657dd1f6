/** Builds the recogniser that the configuration asks for. */
import type { Logger } from 'pino';
import type { AsrConfig, AsrEngineConfig } from '../config/asr-schema.ts';
import { FailoverRecognizer } from './engines/failover/failover-recognizer.ts';
import { createFunasrRecognizer } from './engines/funasr/funasr-recognizer.ts';
import { createGoogleRecognizer } from './engines/google/google-recognizer.ts';
import { withHotWords } from './engines/hot-words.ts';
import { OffRecognizer } from './engines/off-recognizer.ts';
import type { Script } from './engines/scripted/script.ts';
import { ScriptedRecognizer } from './engines/scripted/scripted-recognizer.ts';
import { SecondPassRecognizer } from './engines/second-pass/second-pass-recognizer.ts';
import { SherpaRecognizer } from './engines/sherpa/sherpa-recognizer.ts';
import { SherpaRefiner } from './engines/sherpa/sherpa-refiner.ts';
import { createVoskRecognizer } from './engines/vosk/vosk-recognizer.ts';
import type { Recognizer } from './ports.ts';

export interface RecognizerOptions {
  readonly config: AsrConfig;
  /** From the configuration's paths to real ones. */
  readonly resolvePath: (path: string) => string;
  readonly logger: Logger;
  /** Names of the city, for engines that take hints. */
  readonly hotWords?: readonly string[];
  /** What the scripted engine says; a sample conversation when left out. */
  readonly script?: Script;
}

/** The recogniser is not started yet. */
export function createRecognizer(options: RecognizerOptions): Recognizer {
  const { config, resolvePath, logger, hotWords = [] } = options;
  if (config.engine === 'off') return new OffRecognizer();
  const heard = firstPass(options);
  const { modelDir, ...rest } = config.secondPass;
  const whole =
    modelDir === null
      ? heard
      : new SecondPassRecognizer(heard, new SherpaRefiner({ ...rest, modelDir: resolvePath(modelDir), logger }));
  return hotWords.length === 0 ? whole : withHotWords(whole, hotWords);
}

function firstPass(options: RecognizerOptions): Recognizer {
  const { engine, modelDir, processes, maxStreams, engines, routes } = options.config;
  if (engines.length > 0) {
    const recognizers = engines.map((one) => createEngine(one, options));
    return new FailoverRecognizer({ engines: recognizers, routes, logger: options.logger });
  }
  const common = { name: engine, languages: ['zh-CN'], maxStreams };
  return engine === 'scripted'
    ? createEngine({ type: 'scripted', ...common }, options)
    : createEngine({ type: 'sherpa', ...common, modelDir, processes }, options);
}

function createEngine(engine: AsrEngineConfig, options: RecognizerOptions): Recognizer {
  const { config, resolvePath, logger, script, hotWords = [] } = options;
  switch (engine.type) {
    case 'sherpa':
      return new SherpaRecognizer({
        ...engine,
        modelDir: resolvePath(engine.modelDir),
        childMemoryMb: config.childMemoryMb,
        hotWords,
        logger,
      });
    case 'scripted':
      return new ScriptedRecognizer({ ...engine, ...(script === undefined ? {} : { script }) });
    case 'vosk':
      return createVoskRecognizer({ ...engine, logger });
    case 'funasr':
      return createFunasrRecognizer({ ...engine, logger });
    case 'google':
      return createGoogleRecognizer({ ...engine, logger });
  }
}
