/** One real FreeSWITCH and our directory, shared by the tests of a file; each test gets a switch of its own. */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { pino } from 'pino';
import { FreeswitchSwitch } from '../../../telephony/freeswitch/freeswitch-switch.ts';
import type { FreeswitchOptions } from '../../../telephony/freeswitch/options.ts';
import { TestDirectory } from './directory.ts';
import { RealFreeswitch } from './server.ts';

const HOST = '127.0.0.1';
export const DOMAIN = 'hotline.test';

/** As the harness of the contract, with the switch's own type. */
export interface RealHarness {
  readonly switch: FreeswitchSwitch;
  readonly sip: { readonly host: string; readonly port: number; readonly domain: string };
  readonly trunk: { readonly host: string; readonly port: number };
  addEndpoint(endpointId: string): { readonly username: string; readonly password: string };
  dispose(): Promise<void>;
}

export class RealBench {
  readonly server: RealFreeswitch;
  readonly directory: TestDirectory;

  private constructor(server: RealFreeswitch, directory: TestDirectory) {
    this.server = server;
    this.directory = directory;
  }

  static async start(options: { readonly withFork?: boolean } = {}): Promise<RealBench> {
    const directory = new TestDirectory(DOMAIN);
    await directory.start();
    const { domain, token: directoryToken, url: directoryUrl } = directory;
    const server = await RealFreeswitch.start({ domain, directoryUrl, directoryToken, ...options });
    return new RealBench(server, directory);
  }

  options(more: Partial<FreeswitchOptions> = {}): FreeswitchOptions {
    const { eventPort: port, password } = this.server.configuration;
    return {
      name: 'fs1',
      eventSocket: { host: HOST, port, password },
      domain: DOMAIN,
      profiles: { trunk: 'trunk', endpoints: 'internal' },
      outboundProxy: null,
      directory: this.directory,
      tap: { mode: 'auto', bind: HOST, advertisedAddress: HOST, wsPort: 0, sipPort: 0 },
      logger: pino({ level: process.env['FS_TEST_LOG'] ?? 'silent' }),
      newId: randomUUID,
      ...more,
    };
  }

  async harness(more: Partial<FreeswitchOptions> = {}): Promise<RealHarness> {
    const freeswitch = new FreeswitchSwitch(this.options(more));
    await freeswitch.start();
    const { trunkPort, endpointPort } = this.server.configuration;
    const endpoints: string[] = [];
    return {
      switch: freeswitch,
      sip: { host: HOST, port: endpointPort, domain: DOMAIN },
      trunk: { host: HOST, port: trunkPort },
      addEndpoint: (endpointId) => {
        endpoints.push(endpointId);
        return this.directory.add(endpointId);
      },
      dispose: async () => {
        if (freeswitch.state === 'up') await Promise.all(endpoints.map((id) => freeswitch.revoke(id)));
        await freeswitch.close();
        this.directory.clear();
      },
    };
  }

  /** One command from outside, as an operator would give it. */
  command(line: string): Promise<string> {
    const { eventPort, password } = this.server.configuration;
    return new Promise((resolve, reject) => {
      const socket = connect(eventPort, HOST);
      let text = '';
      socket.on('error', reject);
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        const found = /Content-Type: api\/response\nContent-Length: (\d+)\n\n([\s\S]*)$/.exec(text);
        const answer = found?.[2] ?? '';
        if (found === null || answer.length < Number(found[1])) return;
        socket.destroy();
        resolve(answer);
      });
      socket.write(`auth ${password}\n\napi ${line}\n\n`);
    });
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.directory.close();
  }
}
