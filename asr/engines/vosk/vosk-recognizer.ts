/** A vosk-server (Kaldi models) behind the recogniser port. */
import type { Logger } from 'pino';
import type { Recognizer } from '../../ports.ts';
import { RemoteRecognizer } from '../remote/remote-recognizer.ts';
import { webSocketService } from '../remote/websocket-service.ts';
import { voskDialogue } from './vosk-dialogue.ts';

export interface VoskOptions {
  readonly name?: string;
  /** `ws://host:2700` */
  readonly url: string;
  readonly languages: readonly string[];
  readonly maxStreams: number;
  readonly logger: Logger;
}

export function createVoskRecognizer({ name = 'vosk', url, languages, ...rest }: VoskOptions): Recognizer {
  return new RemoteRecognizer({
    ...rest,
    name,
    description: `Vosk 语音识别服务（${new URL(url).host}）`,
    capabilities: {
      partials: true,
      tokenTimes: true,
      syllables: false,
      revisedFinals: false,
      confidence: true,
      hotWords: false,
      sampleRateHz: 8000,
      languages,
    },
    acknowledges: true,
    service: webSocketService({
      url,
      protocols: [],
      dialogue: voskDialogue,
      unreachable: (address) =>
        `连不上 Vosk 语音识别服务 ${address}。请检查服务是否启动、地址是否写对（asr.engines）；系统会继续定时重试。`,
    }),
  });
}
