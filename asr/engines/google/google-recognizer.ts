/** Google Cloud Speech-to-Text behind the recogniser port. The speech of citizens leaves the house: off unless configured. */
import type { Logger } from 'pino';
import type { Recognizer } from '../../ports.ts';
import { EngineCount } from '../engine-count.ts';
import { RemoteRecognizer } from '../remote/remote-recognizer.ts';
import { GoogleService, type GoogleServiceOptions } from './google-service.ts';

export interface GoogleOptions extends Omit<GoogleServiceOptions, 'count' | 'languageCodes'> {
  readonly name?: string;
  readonly languages: readonly string[];
  readonly maxStreams: number;
  readonly logger: Logger;
}

/** Our names of languages and dialects to the service's. */
const languageCodes = { 'zh-CN': 'cmn-Hans-CN', cmn: 'cmn-Hans-CN', yue: 'yue-Hant-HK', en: 'en-US' };

export function createGoogleRecognizer({
  name = 'google',
  languages,
  maxStreams,
  logger,
  ...rest
}: GoogleOptions): Recognizer {
  const count = new EngineCount(name);
  return new RemoteRecognizer({
    ...{ name, maxStreams, logger, count },
    description: `Google 云语音识别（${rest.languageCode}，按时长计费，语音会传出本机）`,
    capabilities: {
      partials: true,
      tokenTimes: true,
      syllables: false,
      revisedFinals: false,
      confidence: true,
      hotWords: true,
      sampleRateHz: 8000,
      languages,
    },
    acknowledges: false,
    service: new GoogleService({ ...rest, languageCodes, count }),
  });
}
