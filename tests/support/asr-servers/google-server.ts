/**
 * Google Cloud Speech-to-Text v1 over loopback: gRPC with the service's own protos. Settings first, at most 25 KB of audio in
 * a message, a request ends with OUT_OF_RANGE when it is too long, unknown languages are refused.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { SpeechClient } from '@google-cloud/speech';
import type * as Grpc from '@grpc/grpc-js';
import type * as Loader from '@grpc/proto-loader';
import type { EarEvent, EarWord } from './script-ear.ts';

/** Both come with @google-cloud/speech. */
const require = createRequire(import.meta.resolve('@google-cloud/speech'));
const grpc = require('@grpc/grpc-js') as typeof Grpc;
const loader = require('@grpc/proto-loader') as typeof Loader;

export interface Ear {
  readonly heardMs: number;
  hear(pcm: Int16Array): readonly EarEvent[];
  finish(): readonly EarEvent[];
}

interface StreamingConfig {
  readonly interimResults?: boolean;
  readonly config?: {
    readonly encoding?: string;
    readonly sampleRateHertz?: number;
    readonly languageCode?: string;
    readonly speechContexts?: readonly { readonly phrases: readonly string[] }[];
  };
}
interface Request {
  readonly streamingConfig?: StreamingConfig | null;
  readonly audioContent?: Buffer | null;
}
type Call = Grpc.ServerDuplexStream<Request, unknown>;

export interface GoogleServerOptions {
  readonly ear: () => Ear;
  /** Audio that one request may carry. */
  readonly limitMs?: number;
  /** Status codes of the next requests' failures, each after this much audio. */
  readonly failures?: { readonly code: number; readonly afterMs: number }[];
}

const languages = ['cmn-Hans-CN', 'yue-Hant-HK', 'en-US'];
const MAX_AUDIO_BYTES = 25_600;

export class GoogleServer {
  readonly #options: GoogleServerOptions;
  readonly #server = new grpc.Server();
  readonly #calls = new Set<Call>();
  /** What was asked for, request by request. */
  readonly requests: StreamingConfig[] = [];
  port = 0;

  constructor(options: GoogleServerOptions) {
    this.#options = options;
  }

  /** Settings for a client of this server. */
  get client(): NonNullable<ConstructorParameters<typeof SpeechClient>[0]> {
    return {
      servicePath: '127.0.0.1',
      port: this.port,
      sslCreds: grpc.credentials.createInsecure(),
      // Nothing is looked for on the network.
      projectId: 'local',
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- a made-up one, for a server that asks for none
      credentials: { client_email: 'nobody@localhost', private_key: 'none' },
    };
  }

  async start(): Promise<void> {
    const protos = path.join(path.dirname(require.resolve('@google-cloud/speech/package.json')), 'build/protos');
    const gax = path.join(path.dirname(require.resolve('google-gax')), '../protos');
    const definition = loader.loadSync('google/cloud/speech/v1/cloud_speech.proto', {
      includeDirs: [protos, gax],
      enums: String,
    });
    const service = definition['google.cloud.speech.v1.Speech'] as Grpc.ServiceDefinition;
    this.#server.addService(service, {
      streamingRecognize: (call: Call) => {
        this.#serve(call);
      },
    });
    this.port = await new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      });
    });
  }

  breakCalls(code = 14): void {
    for (const call of [...this.#calls]) fail(call, code);
  }

  stop(): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }

  #serve(call: Call): void {
    const ear = this.#options.ear();
    const failure = this.#options.failures?.shift();
    const limitMs = this.#options.limitMs ?? 305_000;
    let configured = false;
    this.#calls.add(call);
    call.on('cancelled', () => this.#calls.delete(call));
    call.on('data', ({ streamingConfig, audioContent }: Request) => {
      if (!configured) {
        const wrong = faultOf(streamingConfig);
        if (streamingConfig !== undefined && streamingConfig !== null) this.requests.push(streamingConfig);
        if (wrong) fail(call, 3);
        configured = !wrong;
        return;
      }
      const audio = audioContent ?? Buffer.alloc(0);
      if (audio.length === 0 || audio.length > MAX_AUDIO_BYTES) fail(call, 3);
      else if (failure !== undefined && ear.heardMs >= failure.afterMs) fail(call, failure.code);
      else if (ear.heardMs > limitMs) fail(call, 11);
      else tell(call, ear.hear(new Int16Array(audio.buffer.slice(audio.byteOffset, audio.byteOffset + audio.length))));
    });
    call.on('end', () => {
      tell(call, ear.finish());
      this.#calls.delete(call);
      call.end();
    });
    call.on('error', () => this.#calls.delete(call));
  }
}

function faultOf(settings: StreamingConfig | null | undefined): boolean {
  const { encoding, sampleRateHertz, languageCode = '' } = settings?.config ?? {};
  return encoding !== 'LINEAR16' || sampleRateHertz !== 8000 || !languages.includes(languageCode);
}

function fail(call: Call, code: number): void {
  call.emit('error', { code, details: 'as told', name: 'Error', message: 'as told' });
}

const time = (ms: number): object => ({ seconds: Math.floor(ms / 1000), nanos: Math.round((ms % 1000) * 1e6) });

function tell(call: Call, events: readonly EarEvent[]): void {
  for (const { type, words } of events) {
    const final = type === 'final';
    const alternative = {
      transcript: words.map((w) => w.text).join(''),
      confidence: final ? 0.92 : 0,
      words: final ? words.map(wordOf) : [],
    };
    const endTime = time(words.at(-1)?.endMs ?? 0);
    call.write({
      results: [
        {
          alternatives: [alternative],
          isFinal: final,
          stability: final ? 0 : 0.9,
          resultEndTime: endTime,
          languageCode: 'cmn-hans-cn',
        },
      ],
    });
  }
}

const wordOf = (w: EarWord): object => ({ startTime: time(w.startMs), endTime: time(w.endMs), word: w.text });
