/**
 * Models on disk: `class-model-<time>.hlcm` each, and `class-model.current`, which names the one in use. Files are
 * written beside and renamed, so that a reader never sees half of one. The last few are kept to go back to.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeModel, encodeModel } from '../drafts/classify/codec.ts';
import type { ClassModel } from '../drafts/classify/model.ts';
import { isMissing } from './missing.ts';

const CURRENT = 'class-model.current';
const named = /^class-model-\d{8}T\d{6}\.\d{3}\.hlcm$/;

/** Names sort as their times do. */
const nameOf = (atMs: number): string => `class-model-${new Date(atMs).toISOString().replaceAll(/[-:Z]/g, '')}.hlcm`;

export type Loaded =
  | { readonly type: 'none' }
  | { readonly type: 'faulty'; readonly name: string; readonly fault: string }
  | { readonly type: 'model'; readonly name: string; readonly model: ClassModel; readonly sizeBytes: number };

export class ModelFiles {
  readonly dir: string;
  readonly #keep: number;

  constructor(dir: string, keep = 5) {
    this.dir = dir;
    this.#keep = keep;
  }

  /** Oldest first. */
  async names(): Promise<readonly string[]> {
    const found = await readdir(this.dir).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    return found.filter((name) => named.test(name)).sort();
  }

  async currentName(): Promise<string | undefined> {
    const name = await readFile(join(this.dir, CURRENT), 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
    return named.test(name.trim()) ? name.trim() : undefined;
  }

  async current(): Promise<Loaded> {
    const name = await this.currentName();
    if (name === undefined) return { type: 'none' };
    const bytes = await readFile(join(this.dir, name)).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (bytes === null) return { type: 'faulty', name, fault: 'the file is not there' };
    const decoded = decodeModel(bytes);
    if (!decoded.ok) return { type: 'faulty', name, fault: decoded.fault };
    return { type: 'model', name, model: decoded.model, sizeBytes: bytes.length };
  }

  /** Writes the model and puts it in use. */
  async save(model: ClassModel): Promise<{ readonly name: string; readonly sizeBytes: number }> {
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    const name = nameOf(model.facts.trainedAtMs);
    const bytes = encodeModel(model);
    await this.#write(name, bytes);
    await this.#write(CURRENT, Buffer.from(`${name}\n`));
    const old = (await this.names()).filter((other) => other !== name);
    for (const other of old.slice(0, Math.max(0, old.length - (this.#keep - 1)))) await rm(join(this.dir, other));
    return { name, sizeBytes: bytes.length };
  }

  /** Puts the model before the one in use back; its name, or undefined when there is no older one. */
  async rollback(): Promise<string | undefined> {
    const current = await this.currentName();
    const older = (await this.names()).filter((name) => current === undefined || name < current).at(-1);
    if (older !== undefined) await this.#write(CURRENT, Buffer.from(`${older}\n`));
    return older;
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const beside = join(this.dir, `.${name}.${String(process.pid)}`);
    await writeFile(beside, bytes, { mode: 0o600, flush: true });
    await rename(beside, join(this.dir, name));
  }
}
