import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, type ConfigFault } from '../../../config/fault.ts';
import { loadConfig } from '../../../config/load-config.ts';
import {
  configReference,
  environmentExample,
  environmentName,
  environmentText,
  exampleYaml,
  referenceMarkdown,
} from '../../../config/reference.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'config-'));
let count = 0;
function yaml(text: string): string {
  const file = path.join(dir, `${(count += 1)}.yaml`);
  writeFileSync(file, text);
  return file;
}
function failure(act: () => unknown): ConfigError {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
const faultsOf = (act: () => unknown): readonly ConfigFault[] => failure(act).faults;

describe('loadConfig', () => {
  it('gives defaults without a file and without environment', () => {
    const config = loadConfig({ env: {}, file: yaml('') });
    expect(config.http.port).toBe(12_345);
    expect(config.sip.hotlineNumber).toBe('12345');
    expect(config.store.databaseUrl).toBeNull();
  });

  it('lays the environment over the file', () => {
    const file = yaml('http:\n  port: 8000\nsip:\n  port: 5080\n');
    const env = {
      HOTLINE_HTTP__PORT: '9000',
      HOTLINE_HTTP__HTTPS_PORT: 'null',
      HOTLINE_SIP__ALLOW_PRIVATE_NETWORKS: 'false',
      HOTLINE_SIP__TRUNKS: '[{name: carrier, addresses: [203.0.113.7]}]',
      HOTLINE_PUBLIC: 'true',
      DATABASE_URL: 'postgres://u:p@db/hotline',
      PATH: '/bin',
    };
    const config = loadConfig({ env, file });
    expect(config.http).toMatchObject({ port: 9000, httpsPort: null });
    expect(config.sip).toMatchObject({ port: 5080, allowPrivateNetworks: false });
    expect(config.sip.trunks).toMatchObject([{ name: 'carrier', addresses: ['203.0.113.7'], outbound: null }]);
    expect(config.public).toBe(true);
    expect(config.store.databaseUrl).toBe('postgres://u:p@db/hotline');
  });

  it('keeps digits as text where the key is text', () => {
    const config = loadConfig({ env: { HOTLINE_SIP__HOTLINE_NUMBER: '96110' }, file: yaml('') });
    expect(config.sip.hotlineNumber).toBe('96110');
  });

  it('starts beside the variables of tests and benches, and refuses others that name no key', () => {
    expect(loadConfig({ env: { HOTLINE_TEXT: '/messages', HOTLINE_TEST_LONG: '1' } }).line.ringMs).toBeGreaterThan(0);
    expect(faultsOf(() => loadConfig({ env: { HOTLINE_TEXTS: '/messages' } }))).toHaveLength(1);
  });

  it('takes the file from HOTLINE_CONFIG, which must exist', () => {
    const file = yaml('line: { ringMs: 15000 }');
    expect(loadConfig({ env: { HOTLINE_CONFIG: file } }).line.ringMs).toBe(15_000);
    expect(faultsOf(() => loadConfig({ env: { HOTLINE_CONFIG: path.join(dir, 'none.yaml') } }))).toEqual([
      { path: '', message: 'does not exist' },
    ]);
  });

  it('lists all faults at once, with what is allowed', () => {
    const file = yaml(
      'http: { port: 99999, prot: 1 }\nasr: { engine: magic }\nrtp: { portMin: 3000, portMax: 3001 }\n',
    );
    const env = { HOTLINE_SIP__NOPE: '1', HOTLINE_LINE__RING_MS: 'soon', DATABASE_URL: 'mysql://secret' };
    const faults = faultsOf(() => loadConfig({ env, file }));
    const byPath = Object.fromEntries(faults.map((f) => [f.path, f.message]));
    expect(byPath).toMatchObject({
      'http.port': 'must be at most 65535',
      'http.prot': expect.stringContaining('allowed here: port, bind'),
      'asr.engine': 'must be one of "sherpa", "scripted", "off"',
      'rtp.portMax': 'portMax must be at least 19 above portMin',
      HOTLINE_SIP__NOPE: expect.stringContaining('allowed: port, bind'),
      'line.ringMs': 'must be a number',
      DATABASE_URL: expect.stringContaining('postgres://'),
    });
    expect(faults).toHaveLength(7);
  });

  it('never shows values, which may be secret', () => {
    const env = { DATABASE_URL: 'hunter2', HOTLINE_LINE__RING_MS: 'hunter2' };
    const file = yaml('store: { databaseUrl: [hunter2] }\nhttp: { certificateFile: { a: hunter2 } }\n');
    expect(failure(() => loadConfig({ env, file })).message).not.toContain('hunter2');
  });

  it.each([
    ['a: [1, 2', /line 1/],
    ['- a\n- b\n', /is a list/],
    ['just words', /is a single value/],
    ['http: 5', /http: must be a section of keys/],
  ])('says what is wrong with %j', (text, message) => {
    expect(failure(() => loadConfig({ env: {}, file: yaml(text) })).message).toMatch(message);
  });

  it('is frozen all the way down', () => {
    const config = loadConfig({ env: {}, file: yaml('') });
    expect(Object.isFrozen(config) && Object.isFrozen(config.sip) && Object.isFrozen(config.sip.trunks)).toBe(true);
  });
});

describe('reference', () => {
  it('describes every key', () => {
    const keys = configReference();
    expect(keys.length).toBeGreaterThan(30);
    expect(keys.filter((key) => key.description === '')).toEqual([]);
    expect(environmentName(['store', 'databaseUrl'])).toBe('HOTLINE_STORE__DATABASE_URL');
  });

  it.each([
    ['docs/configuration.md', referenceMarkdown],
    ['hotline.example.yaml', exampleYaml],
    ['.env.example', environmentExample],
  ])('%s is up to date', (file, make) => {
    expect(readFileSync(file, 'utf8')).toBe(make(configReference()));
  });

  it('gives examples that load: every key of the environment is known', () => {
    const env = Object.fromEntries(configReference().map((key) => [environmentName(key.path), environmentText(key)]));
    expect(loadConfig({ env, file: yaml('') })).toEqual(loadConfig({ env: {}, file: yaml('') }));
  });
});
