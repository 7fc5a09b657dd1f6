/** Round trips over the event socket: our client beside modesl and esl as they come, on the same server. */
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { FreeSwitchClient, once } from 'esl';
import { pino } from 'pino';
import { EslClient } from '../../../telephony/esl/esl-client.ts';
import { FakeFreeswitch } from '../../support/fake-freeswitch.ts';
import { whyNoFreeswitch } from '../../support/freeswitch/server.ts';
import type { Bench, Metrics } from '../bench.ts';
import { within } from '../limits.ts';
import { quantile, rounded } from '../stats.ts';
import { withFreeswitch } from './real.ts';

const ROUNDS = 2_000;
/** modesl takes 45 ms for each. */
const SLOW_ROUNDS = 100;
const PIPELINED = 1_000_000;
const IN_FLIGHT = 2_000;

interface At {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}
type Api = (command: string) => Promise<string>;

/** The part of modesl that is used; it has no types. */
interface Modesl {
  readonly Connection: new (
    host: string,
    port: number,
    password: string,
    ready: () => void,
  ) => {
    api(command: string, args: string, done: (reply: { getBody(): string }) => void): void;
    disconnect(): void;
    on(name: string, listener: () => void): void;
  };
}

/** What is used of a connection of `esl`. */
interface EslCall {
  api(command: string, timeoutMs: number): Promise<{ readonly body: unknown }>;
}

async function ours(at: At): Promise<{ api: Api; close: () => void }> {
  const client: EslClient = await new Promise((resolve) => {
    const made: EslClient = new EslClient({
      ...at,
      events: [],
      logger: pino({ enabled: false }),
      newId: randomUUID,
      onEvent: () => undefined,
      onUp: () => {
        setImmediate(() => {
          resolve(made);
        });
        return Promise.resolve();
      },
      onDown: () => undefined,
      commandTimeoutMs: 30_000,
    });
    made.start();
  });
  return {
    api: (command) => client.api(command),
    close: () => {
      client.close();
    },
  };
}

async function modesl({ host, port, password }: At): Promise<{ api: Api; close: () => void }> {
  const { Connection } = createRequire(import.meta.url)('modesl') as Modesl;
  const connection = await new Promise<InstanceType<Modesl['Connection']>>((resolve) => {
    const made = new Connection(host, port, password, () => {
      resolve(made);
    });
    made.on('error', () => undefined);
  });
  const api: Api = (command) => {
    const [name = '', ...args] = command.split(' ');
    return new Promise((resolve) => {
      connection.api(name, args.join(' '), (reply) => {
        resolve(reply.getBody());
      });
    });
  };
  return {
    api,
    close: () => {
      connection.disconnect();
    },
  };
}

async function esl({ host, port, password }: At): Promise<{ api: Api; close: () => void }> {
  const client = new FreeSwitchClient({ host, port, password });
  const connected = once(client, 'connect') as unknown as Promise<[EslCall]>;
  client.connect();
  const [call] = await connected;
  return {
    api: async (command) => String((await call.api(command, 10_000)).body),
    close: () => {
      client.end();
    },
  };
}

/** One after the other, as the steps of a call are. */
async function roundTrips(api: Api, rounds: number): Promise<{ p50Ms: number; perS: number }> {
  for (let i = 0; i < 20; i += 1) await api('strepoch');
  const tookMs: number[] = [];
  const startMs = performance.now();
  for (let i = 0; i < rounds; i += 1) {
    const fromMs = performance.now();
    await api('strepoch');
    tookMs.push(performance.now() - fromMs);
  }
  return { p50Ms: quantile(tookMs, 0.5), perS: (rounds * 1_000) / (performance.now() - startMs) };
}

/** Every answer must be that of its own question. */
async function mixedUp(api: Api, count: number, say: (line: string) => void): Promise<number> {
  let wrong = 0;
  let next = 0;
  const startMs = performance.now();
  const worker = async (): Promise<void> => {
    while (next < count) {
      const n = next++;
      if (n % 250_000 === 0) say(`${n} pipelined`);
      if ((await api(`echo ${n}`)) !== String(n)) wrong += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  say(`${rounded((count * 1_000) / (performance.now() - startMs), 0)} pipelined commands/s`);
  return wrong;
}

async function measure(at: At, say: (line: string) => void): Promise<Metrics> {
  const own = await ours(at);
  const { p50Ms, perS } = await roundTrips(own.api, ROUNDS);
  say(`ours: p50 ${rounded(p50Ms, 3)} ms, ${rounded(perS, 0)} commands/s`);
  const wrong = await mixedUp(own.api, Number(process.env['BENCH_PIPELINED'] ?? PIPELINED), say);
  own.close();
  const other = await modesl(at);
  const beside = await roundTrips(other.api, SLOW_ROUNDS);
  other.close();
  say(`modesl: p50 ${rounded(beside.p50Ms, 3)} ms, ${rounded(beside.perS, 0)} commands/s`);
  const third = await within('esl', 10_000, esl(at));
  const also = await roundTrips(third.api, ROUNDS);
  third.close();
  say(`esl: p50 ${rounded(also.p50Ms, 3)} ms, ${rounded(also.perS, 0)} commands/s`);
  return {
    p50Ms: rounded(p50Ms, 3),
    commandsPerS: rounded(perS, 0),
    modeslCommandsPerS: rounded(beside.perS, 0),
    mixedUp: wrong,
  };
}

async function run(say: (line: string) => void): Promise<Metrics> {
  if (whyNoFreeswitch() === '')
    return withFreeswitch((real) => {
      const { eventPort: port, password } = real.server.configuration;
      return measure({ host: '127.0.0.1', port, password }, say);
    });
  say(`${whyNoFreeswitch()}: measured on the replaying fake`);
  const fake = new FakeFreeswitch();
  fake.keepCommands = false;
  await fake.start();
  try {
    return await measure({ host: '127.0.0.1', port: fake.port, password: fake.password }, say);
  } finally {
    await fake.stop();
  }
}

export const eslApi: Bench = {
  name: 'esl-api',
  about: 'commands to FreeSWITCH: our event-socket client beside modesl and esl; 1,000,000 pipelined without a mix-up',
  limitMs: 400_000,
  run,
};
