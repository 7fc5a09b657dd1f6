/** A FunASR 2-pass server (Paraformer, SenseVoice) behind the recogniser port. */
import type { Logger } from 'pino';
import type { Recognizer } from '../../ports.ts';
import { RemoteRecognizer } from '../remote/remote-recognizer.ts';
import { webSocketService } from '../remote/websocket-service.ts';
import { funasrDialogue } from './funasr-dialogue.ts';

export interface FunasrOptions {
  readonly name?: string;
  /** `ws://host:10095` or `wss://…` */
  readonly url: string;
  readonly languages: readonly string[];
  readonly maxStreams: number;
  readonly logger: Logger;
}

export function createFunasrRecognizer({ name = 'funasr', url, languages, ...rest }: FunasrOptions): Recognizer {
  return new RemoteRecognizer({
    ...rest,
    name,
    description: `FunASR 语音识别服务（${new URL(url).host}）`,
    capabilities: {
      partials: true,
      tokenTimes: true,
      syllables: false,
      revisedFinals: false,
      confidence: false,
      hotWords: true,
      sampleRateHz: 16_000,
      languages,
    },
    acknowledges: false,
    service: webSocketService({
      url,
      protocols: ['binary'],
      dialogue: funasrDialogue,
      unreachable: (address) =>
        `连不上 FunASR 语音识别服务 ${address}。请检查服务是否启动、地址是否写对（asr.engines）；系统会继续定时重试。`,
    }),
  });
}
