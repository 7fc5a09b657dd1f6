/** A port is a port when each of its adapters passes its contract: no pair may go missing unnoticed. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';

/** Contract -> the test files that run it, one for each adapter. */
const pairs: Readonly<Record<string, readonly string[]>> = {
  switchContract: ['switch-embedded.test.ts', 'switch-freeswitch.test.ts'],
  switchPartyContract: ['switch-embedded.test.ts', 'switch-freeswitch.test.ts'],
  recognizerContract: [
    'recognizer-sherpa.test.ts',
    'recognizer-scripted.test.ts',
    'recognizer-vosk.test.ts',
    'recognizer-funasr.test.ts',
    'recognizer-google.test.ts',
    'recognizer-failover.test.ts',
    'recognizer-second-pass.test.ts',
  ],
  storeContract: ['store-embedded.test.ts', 'store-postgres15.test.ts'],
  surgeStoreContract: ['surge-store-embedded.test.ts', 'surge-store-postgres15.test.ts'],
  lineStoreContract: ['line-store-memory.test.ts', 'line-store-redis.test.ts'],
};

const dir = 'tests/contracts';
const contracts = readdirSync(dir).filter((name) => name.endsWith('.contract.ts'));

describe('contracts and adapters', () => {
  it.each(Object.entries(pairs).flatMap(([contract, files]) => files.map((file) => [contract, file] as const)))(
    '%s is run by %s',
    (contract, file) => {
      expect(readFileSync(`${dir}/${file}`, 'utf8')).toMatch(new RegExp(`${contract}\\(`));
    },
  );

  it.each(contracts)('%s is in the list, or is a part of one that is', (file) => {
    const exported = [...readFileSync(`${dir}/${file}`, 'utf8').matchAll(/export function (\w+Contract)/g)].map(
      (m) => m[1] ?? '',
    );
    const used = (name: string): boolean =>
      name in pairs ||
      contracts.some((other) => other !== file && readFileSync(`${dir}/${other}`, 'utf8').includes(`${name}(`));
    expect(exported.length).toBeGreaterThan(0);
    expect(exported.filter((name) => !used(name))).toEqual([]);
  });
});
