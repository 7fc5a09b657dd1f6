/** No recognition: calls go on without text, and the page says why. */
import type {
  EngineReport,
  Recognizer,
  RecognizerCapabilities,
  RecognizerState,
  RecognizerStream,
  RecognizerStreamOptions,
} from '../ports.ts';
import { closedStream } from './closed-stream.ts';

export class OffRecognizer implements Recognizer {
  readonly name = 'off';
  readonly description = '语音识别已关闭';
  readonly state: RecognizerState;
  readonly capabilities: RecognizerCapabilities = {
    partials: false,
    tokenTimes: false,
    syllables: false,
    revisedFinals: false,
    confidence: false,
    hotWords: false,
    sampleRateHz: 8000,
    languages: [],
  };

  constructor(reason = '配置里关闭了语音识别（asr.engine: off）。要显示文字，请改为 sherpa 后重新启动。') {
    this.state = { type: 'off', reason };
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  onState(): () => void {
    return () => undefined; // The state never changes.
  }

  open(options: RecognizerStreamOptions): RecognizerStream {
    return closedStream(options, 'failed');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  report(): readonly EngineReport[] {
    return [];
  }
}
