/** Prompts in memory as 8 kHz samples, read once and read again when the file has changed. */
import { readFile, stat } from 'node:fs/promises';
import { readWav8k } from '../../rtp/wav.ts';

interface Entry {
  readonly version: string;
  readonly pcm: Int16Array;
}

const maxFileBytes = 64 * 1024 * 1024;
const maxCachedBytes = 64 * 1024 * 1024;

export class PromptStore {
  readonly #entries = new Map<string, Entry>();
  #cachedBytes = 0;

  /** Rejects with an error in plain words when the file is missing or is no WAV we can read. */
  async load(path: string): Promise<Int16Array> {
    const { mtimeMs, size } = await stat(path);
    if (size > maxFileBytes) throw new Error('the prompt file is too large');
    const version = `${mtimeMs}/${size}`;
    const known = this.#entries.get(path);
    if (known?.version === version) {
      // Most recently used last.
      this.#entries.delete(path);
      this.#entries.set(path, known);
      return known.pcm;
    }
    const wav = readWav8k(await readFile(path));
    if (!wav.ok) throw new Error(`the prompt file cannot be used: ${wav.reason}`);
    this.#keep(path, { version, pcm: wav.pcm });
    return wav.pcm;
  }

  #keep(path: string, entry: Entry): void {
    this.#drop(path);
    this.#entries.set(path, entry);
    this.#cachedBytes += entry.pcm.byteLength;
    for (const oldest of this.#entries.keys()) {
      if (this.#cachedBytes <= maxCachedBytes || oldest === path) break;
      this.#drop(oldest);
    }
  }

  #drop(path: string): void {
    this.#cachedBytes -= this.#entries.get(path)?.pcm.byteLength ?? 0;
    this.#entries.delete(path);
  }
}
