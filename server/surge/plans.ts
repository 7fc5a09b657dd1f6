/** Surge plans in the database: versions kept, faults told all at once, sample plans on the first start. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { faultsOf } from '../../config/fault.ts';
import { surgePlanSchema, type SurgePlan } from '../../config/surge-schema.ts';
import type { SurgePlanRow, SurgeStore } from '../store/surge-ports.ts';
import type { PlanFault, PlanView } from './api-types.ts';

const LARGEST_PLAN = 60_000;

export type ReadPlan = { readonly plan: SurgePlan } | { readonly faults: readonly PlanFault[] };

export function readPlan(yaml: string): ReadPlan {
  if (yaml.length > LARGEST_PLAN) return { faults: [{ path: '', message: '预案过长 the plan is too long' }] };
  const document = parseDocument(yaml, { prettyErrors: true });
  if (document.errors.length > 0) {
    const faults = document.errors.map((e) => ({
      path: `line ${e.linePos?.[0].line ?? 1}`,
      message: `不是有效的 YAML is not YAML (${e.code.toLowerCase().replaceAll('_', ' ')})`,
    }));
    return { faults };
  }
  let tree: unknown;
  try {
    tree = document.toJS({ maxAliasCount: 10 });
  } catch {
    return { faults: [{ path: '', message: '引用过多 too many aliases' }] };
  }
  const parsed = surgePlanSchema.safeParse(tree, { reportInput: true });
  if (parsed.success) return { plan: parsed.data };
  return { faults: faultsOf(parsed.error).map(({ path, message }) => ({ path, message })) };
}

interface InForce {
  readonly name: string;
  readonly version: number;
}

export interface LoadedPlan extends InForce {
  readonly plan: SurgePlan;
}

const KEY = 'plan-in-force';

export class Plans {
  readonly #store: SurgeStore;
  #current: LoadedPlan | undefined;

  constructor(store: SurgeStore) {
    this.#store = store;
  }

  get current(): LoadedPlan {
    if (this.#current === undefined) throw new Error('surge plans are not loaded');
    return this.#current;
  }

  /** Puts sample plans into an empty database and loads the plan in force. */
  async start(dir: string, name: string, nowMs: number): Promise<void> {
    if ((await this.#store.plans()).length === 0) await this.#seed(dir, nowMs);
    const stored = (await this.#store.loadState(KEY)) as InForce | undefined;
    const wanted = stored ?? { name, version: 0 };
    const loaded = (await this.#load(wanted)) ?? (await this.#load({ name, version: 0 }));
    if (loaded === undefined) throw new Error(`there is no usable surge plan called "${name}"`);
    this.#current = loaded;
  }

  async #seed(dir: string, nowMs: number): Promise<void> {
    const files = (await readdir(dir)).filter((file) => file.endsWith('.yaml')).sort();
    for (const file of files) {
      const yaml = await readFile(join(dir, file), 'utf8');
      const read = readPlan(yaml);
      if ('faults' in read)
        throw new Error(`${join(dir, file)}: ${read.faults.map((f) => `${f.path}: ${f.message}`).join('; ')}`);
      const { name, title } = read.plan;
      await this.#store.savePlan({ name, title, yaml, savedAtMs: nowMs, savedBy: 'sample' });
    }
  }

  /** Version 0: the newest. */
  async #load({ name, version }: InForce): Promise<LoadedPlan | undefined> {
    const rows = await this.#store.planVersions(name);
    const row = version === 0 ? rows[0] : rows.find((r) => r.version === version);
    const read = row === undefined ? undefined : readPlan(row.yaml);
    return row === undefined || read === undefined || 'faults' in read
      ? undefined
      : { name, version: row.version, plan: read.plan };
  }

  async putInForce(name: string, version = 0): Promise<LoadedPlan | undefined> {
    const loaded = await this.#load({ name, version });
    if (loaded === undefined) return undefined;
    await this.#store.saveState(KEY, { name: loaded.name, version: loaded.version });
    this.#current = loaded;
    return loaded;
  }

  async save(
    yaml: string,
    by: string,
    nowMs: number,
  ): Promise<{ readonly plan: PlanView } | { readonly faults: readonly PlanFault[] }> {
    const read = readPlan(yaml);
    if ('faults' in read) return read;
    const { name, title } = read.plan;
    const row = await this.#store.savePlan({ name, title, yaml, savedAtMs: nowMs, savedBy: by });
    return { plan: this.#view(row) };
  }

  async list(): Promise<readonly PlanView[]> {
    return (await this.#store.plans()).map((row) => this.#view(row));
  }

  async versions(name: string): Promise<readonly PlanView[]> {
    return (await this.#store.planVersions(name)).map((row) => this.#view(row));
  }

  #view(row: SurgePlanRow): PlanView {
    const inForce = row.name === this.#current?.name && row.version === this.#current.version;
    return { ...row, inForce };
  }
}
