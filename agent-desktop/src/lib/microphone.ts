/** The microphone: asked for once, kept open while the agent works so that answering is instant, explained when refused. */
import { createStore } from './store.ts';

export type MicrophoneProblem = 'insecure' | 'refused' | 'missing' | 'busy' | 'failed' | 'unplugged';

export interface MicrophoneView {
  readonly state: 'closed' | 'asking' | 'open' | 'problem';
  readonly problem: MicrophoneProblem | null;
  readonly deviceId: string;
  readonly devices: readonly { readonly deviceId: string; readonly label: string }[];
}

const deviceKey = 'hotline.microphone';

/** `?tone=1` is for test rigs that measure steady tones, which the browser's clean-up would swallow. */
const cleanUp = (): boolean => new URLSearchParams(window.location.search).get('tone') !== '1';

export class Microphone {
  readonly view = createStore<MicrophoneView>({
    state: 'closed',
    problem: null,
    deviceId: localStorage.getItem(deviceKey) ?? '',
    devices: [],
  });
  #stream: MediaStream | null = null;
  #opening: Promise<MediaStream | null> | null = null;
  #context: AudioContext | null = null;
  #analyser: AnalyserNode | null = null;
  #samples = new Float32Array(new ArrayBuffer(2048 * 4));

  /** Opens it (or says in `view` why not). */
  open(deviceId?: string): Promise<MediaStream | null> {
    if (deviceId !== undefined && deviceId !== this.view.getSnapshot().deviceId) {
      localStorage.setItem(deviceKey, deviceId);
      this.view.update((v) => ({ ...v, deviceId }));
      this.close();
    }
    if (this.#stream?.active === true) return Promise.resolve(this.#stream);
    this.#opening ??= this.#ask().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** Own tracks for one call: the call may stop and mute them without touching the others. Rejects with the problem. */
  async streamForCall(): Promise<MediaStream> {
    const stream = await this.open();
    if (stream === null) throw new Error(this.view.getSnapshot().problem ?? 'failed');
    return stream.clone();
  }

  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#analyser = null;
    void this.#context?.close();
    this.#context = null;
    this.view.update((v) => ({ ...v, state: 'closed', problem: null }));
  }

  /** Loudness now, 0 to 1 on a scale that speech fills. */
  level(): number {
    const analyser = this.#analyserNow();
    if (analyser === null) return 0;
    analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    const db = 10 * Math.log10(sum / this.#samples.length + 1e-9);
    return Math.min(1, Math.max(0, (db + 60) / 50));
  }

  /** Records for a moment; the address plays in an `<audio>`. */
  async sample(lengthMs: number): Promise<string | null> {
    const stream = await this.open();
    if (stream === null) return null;
    const recorder = new MediaRecorder(stream);
    const parts: Blob[] = [];
    recorder.addEventListener('dataavailable', (event) => parts.push(event.data));
    const done = new Promise((resolve) => {
      recorder.addEventListener('stop', resolve);
    });
    recorder.start();
    setTimeout(() => {
      recorder.stop();
    }, lengthMs);
    await done;
    return URL.createObjectURL(new Blob(parts, { type: recorder.mimeType }));
  }

  async #ask(): Promise<MediaStream | null> {
    if (!window.isSecureContext || !('mediaDevices' in navigator)) return this.#fail('insecure');
    this.view.update((v) => ({ ...v, state: 'asking', problem: null }));
    const { deviceId } = this.view.getSnapshot();
    const clean = cleanUp();
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: {
          ...(deviceId === '' ? {} : { deviceId: { ideal: deviceId } }),
          echoCancellation: clean,
          noiseSuppression: clean,
          autoGainControl: clean,
        },
        video: false,
      });
    } catch (error) {
      return this.#fail(problemOf(error));
    }
    this.#watch(this.#stream);
    await this.#listDevices();
    return this.#stream;
  }

  #watch(stream: MediaStream): void {
    for (const track of stream.getAudioTracks()) {
      track.addEventListener('ended', () => {
        if (this.#stream !== stream) return;
        this.close();
        this.#fail('unplugged');
      });
    }
    navigator.mediaDevices.ondevicechange = (): void => {
      void this.#listDevices();
    };
  }

  async #listDevices(): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    const devices = all
      .filter((d) => d.kind === 'audioinput')
      .map((d, i) => ({ deviceId: d.deviceId, label: d.label === '' ? `#${i + 1}` : d.label }));
    const current = this.#stream?.getAudioTracks()[0]?.getSettings().deviceId ?? '';
    this.view.update((v) => ({
      ...v,
      devices,
      deviceId: current === '' ? v.deviceId : current,
      state: this.#stream === null ? v.state : 'open',
    }));
  }

  #fail(problem: MicrophoneProblem): null {
    this.view.update((v) => ({ ...v, state: 'problem', problem }));
    return null;
  }

  #analyserNow(): AnalyserNode | null {
    if (this.#stream === null) return null;
    if (this.#analyser === null) {
      this.#context = new AudioContext();
      this.#analyser = this.#context.createAnalyser();
      this.#analyser.fftSize = 2048;
      this.#context.createMediaStreamSource(this.#stream).connect(this.#analyser);
    }
    if (this.#context?.state === 'suspended') void this.#context.resume();
    return this.#analyser;
  }
}

function problemOf(error: unknown): MicrophoneProblem {
  const name = error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
  }
  return 'failed';
}
