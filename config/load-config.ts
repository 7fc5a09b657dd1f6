/**
 * Reads the configuration: defaults, then `hotline.yaml`, then the environment. The caller passes the environment in;
 * nothing else in the program reads it. Every fault is told at once, by key, without the value.
 */
import { readFileSync } from 'node:fs';
import { isMap, isSeq, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError, faultsOf, type ConfigFault } from './fault.ts';
import { deepFreeze } from './load-city.ts';
import { configSchema, type Config } from './schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadConfigOptions {
  /** YAML file; else `HOTLINE_CONFIG`, else `hotline.yaml` where it exists. */
  readonly file?: string;
  readonly env: Environment;
}

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Variables of ours that are no keys of the schema. */
/** Ours, but no keys: the file itself, and the folder of messages that some tests and benches read. */
const reserved = new Set(['HOTLINE_CONFIG', 'HOTLINE_TEXT']);

/** Keys that the schema has at a path; empty where it has no named keys. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodNullable)
    inner = inner.unwrap();
  return inner;
}

function schemaAt(path: readonly PropertyKey[]): unknown {
  let schema: unknown = configSchema;
  for (const part of path) {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(part)];
    else if (inner instanceof z.ZodArray) schema = inner.element;
    else return undefined;
  }
  return unwrap(schema);
}

/** `HTTP` or `HTTPS_PORT` or `HTTPSPORT` → the schema's own spelling at that path. */
function spelling(path: readonly string[], part: string): string | undefined {
  const plain = part.replaceAll('_', '').toLowerCase();
  return knownKeys(path).find((key) => key.toLowerCase() === plain);
}

/** Text of the environment as the type that the key asks for; what does not fit is left for the schema to refuse. */
function valueFor(schema: unknown, text: string): unknown {
  if (schema instanceof z.ZodNumber) return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (schema instanceof z.ZodBoolean)
    return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
  if (schema instanceof z.ZodArray || schema instanceof z.ZodObject) {
    const parsed = parseDocument(text);
    return parsed.errors.length === 0 ? parsed.toJS() : text;
  }
  return text;
}

function isNullable(path: readonly string[]): boolean {
  const parent = schemaAt(path.slice(0, -1));
  let schema: unknown = parent instanceof z.ZodObject ? parent.shape[path.at(-1) ?? ''] : undefined;
  while (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) schema = schema.unwrap();
  return schema instanceof z.ZodNullable;
}

function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  let node = tree;
  for (const part of path.slice(0, -1)) {
    const next = node[part];
    if (isTree(next)) node = next;
    else node = node[part] = {};
  }
  const last = path.at(-1);
  if (last !== undefined) node[last] = value;
}

/** Lays one variable over the tree, or says why it cannot. */
function overlay(tree: Tree, name: string, text: string): ConfigFault[] {
  const path: string[] = [];
  for (const part of name.slice('HOTLINE_'.length).split('__')) {
    const key = spelling(path, part);
    if (key === undefined) {
      const allowed = knownKeys(path);
      const where = path.length === 0 ? '' : ` in section ${path.join('.')}`;
      return [{ path: name, message: `names no key${where}; allowed: ${allowed.join(', ') || 'none'}` }];
    }
    path.push(key);
  }
  const schema = schemaAt(path);
  setAt(tree, path, text === 'null' && isNullable(path) ? null : valueFor(schema, text));
  return [];
}

function overlayEnvironment(tree: Tree, env: Environment): ConfigFault[] {
  const faults: ConfigFault[] = [];
  for (const name of Object.keys(env).sort()) {
    const text = env[name];
    if (text === undefined || !name.startsWith('HOTLINE_') || reserved.has(name) || name.startsWith('HOTLINE_TEST_'))
      continue;
    faults.push(...overlay(tree, name, text));
  }
  const url = env['DATABASE_URL'];
  if (url !== undefined && url !== '') {
    if (/^postgres(ql)?:\/\/\S+$/.test(url)) setAt(tree, ['store', 'databaseUrl'], url);
    else
      faults.push({
        path: 'DATABASE_URL',
        message: 'must be an address of the form postgres://user:password@host/name',
      });
  }
  return faults;
}

function readTree(file: string, mustExist: boolean): { tree: Tree; faults: ConfigFault[] } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = isTree(error) && typeof error['code'] === 'string' ? error['code'] : 'unknown error';
    if (code === 'ENOENT' && !mustExist) return { tree: {}, faults: [] };
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    return { tree: {}, faults: [{ path: '', message: why }] };
  }
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    const faults = document.errors.map((e) => ({
      path: `line ${e.linePos?.[0].line ?? 1}`,
      message: `is not YAML (${e.code.toLowerCase().replaceAll('_', ' ')})`,
    }));
    return { tree: {}, faults };
  }
  if (document.contents === null) return { tree: {}, faults: [] };
  if (!isMap(document.contents)) {
    const what = isSeq(document.contents) ? 'a list' : 'a single value';
    return { tree: {}, faults: [{ path: '', message: `must be sections of keys, is ${what}` }] };
  }
  return { tree: document.toJS() as Tree, faults: [] };
}

/** Loads, checks and freezes the configuration; throws one `ConfigError` that lists every fault. */
export function loadConfig({ file, env }: LoadConfigOptions): Config {
  const named = file ?? env['HOTLINE_CONFIG'];
  const chosen = named === undefined || named === '' ? 'hotline.yaml' : named;
  const { tree, faults } = readTree(chosen, chosen === named);
  faults.push(...overlayEnvironment(tree, env));
  const parsed = configSchema.safeParse(tree, { reportInput: true });
  if (!parsed.success) faults.push(...faultsOf(parsed.error, knownKeys));
  if (faults.length > 0 || !parsed.success)
    throw new ConfigError(`The configuration (${chosen} and environment)`, faults);
  return deepFreeze(parsed.data);
}
