/** The ring in the headset: two soft notes every three seconds, made on the spot (no sound file). */
export class Ringer {
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    if (this.#timer !== undefined) return;
    this.#context ??= new AudioContext();
    void this.#context.resume();
    this.#chime();
    this.#timer = setInterval(() => {
      this.#chime();
    }, 3000);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    void this.#context?.suspend();
  }

  #chime(): void {
    const context = this.#context;
    if (context === null) return;
    for (const [hz, afterS] of [
      [660, 0],
      [880, 0.22],
      [660, 0.9],
      [880, 1.12],
    ] as const) {
      const at = context.currentTime + afterS + 0.02;
      const tone = context.createOscillator();
      const gain = context.createGain();
      tone.frequency.value = hz;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(0.16, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    }
  }
}
