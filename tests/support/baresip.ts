/** A SIP phone that we did not write: Debian's baresip, calling with a WAV file as its microphone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeTcpPort, freeUdpPort } from './free-ports.ts';

export interface BaresipOptions {
  readonly number: string;
  /** What the caller says: 8 kHz mono PCM16 WAV, played once. */
  readonly audio: string;
  /** Where calls come in; any free port otherwise. */
  readonly sipPort?: number;
  /** `srtp-mand`: keys in SDP (RFC 4568), or no call. */
  readonly mediaEncryption?: 'srtp-mand';
  /** Registers there, and dials from there with its password; two lines. */
  readonly account?: { readonly domain: string; readonly password: string; readonly registrar: string };
}

const MODULES = '/usr/lib/baresip/modules';

export class Baresip {
  readonly #dir: string;
  readonly #child: ChildProcess;
  readonly #controlPort: number;
  output = '';

  private constructor(dir: string, child: ChildProcess, controlPort: number) {
    this.#dir = dir;
    this.#child = child;
    this.#controlPort = controlPort;
    child.stdout?.on('data', (data: Buffer) => (this.output += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (this.output += data.toString()));
  }

  static async start(options: BaresipOptions): Promise<Baresip> {
    const dir = await mkdtemp(join(tmpdir(), 'hotline-baresip-'));
    const [sipPort, controlPort, rtpPort] = [
      options.sipPort ?? (await freeUdpPort()),
      await freeTcpPort(),
      2 * Math.floor((await freeUdpPort()) / 2),
    ];
    const config = [
      `sip_listen 127.0.0.1:${String(sipPort)}`,
      'net_interface 127.0.0.1',
      `rtp_ports ${String(rtpPort)}-${String(Math.min(65_534, rtpPort + 20))}`,
      `audio_source aufile,${options.audio}`,
      'audio_player aubridge,nil',
      'audio_alert aubridge,nil',
      'ausrc_srate 8000',
      'auplay_srate 8000',
      'ausrc_channels 1',
      'auplay_channels 1',
      `call_max_calls ${options.account === undefined ? '1' : '2'}`,
      `ctrl_tcp_listen 127.0.0.1:${String(controlPort)}`,
      `snd_path ${dir}`,
      `module_path ${MODULES}`,
      ...['g711', 'aufile', 'aubridge', 'sndfile', 'ctrl_tcp', 'menu', 'stdio', 'srtp'].map((m) => `module ${m}.so`),
      'module_app account.so',
    ];
    await writeFile(join(dir, 'config'), config.join('\n') + '\n');
    await writeFile(join(dir, 'accounts'), accountLine(options, sipPort));
    await writeFile(join(dir, 'contacts'), '');
    const child = spawn('baresip', ['-f', dir], { stdio: ['pipe', 'pipe', 'pipe'] });
    const phone = new Baresip(dir, child, controlPort);
    await phone.until(/ready/i, 10_000);
    return phone;
  }

  async until(pattern: RegExp, timeoutMs: number): Promise<void> {
    const deadlineMs = Date.now() + timeoutMs;
    while (!pattern.test(this.output)) {
      if (Date.now() > deadlineMs) throw new Error(`baresip did not say ${String(pattern)}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** A command of the control port (netstring-framed JSON). */
  async command(command: string, params = ''): Promise<string> {
    const json = JSON.stringify({ command, params, token: 't' });
    return new Promise<string>((resolve, reject) => {
      const socket = connect(this.#controlPort, '127.0.0.1', () => socket.write(`${String(json.length)}:${json},`));
      socket.once('data', (data) => {
        socket.end();
        resolve(data.toString());
      });
      socket.once('error', reject);
    });
  }

  async dial(uri: string): Promise<void> {
    await this.command('dial', uri);
  }

  async digit(digit: string): Promise<void> {
    await this.command('sndcode', digit);
  }

  /** Picks up what rings. */
  async accept(): Promise<void> {
    await this.command('accept');
  }

  async hangUp(): Promise<void> {
    await this.command('hangup').catch(() => undefined);
  }

  /** What the phone heard, as WAV files written by its own recorder. */
  async heard(): Promise<readonly string[]> {
    return (await readdir(this.#dir)).filter((name) => name.endsWith('-dec.wav')).map((name) => join(this.#dir, name));
  }

  async close(): Promise<void> {
    const gone =
      this.#child.exitCode === null ? new Promise((resolve) => this.#child.once('exit', resolve)) : Promise.resolve();
    this.#child.kill('SIGTERM');
    setTimeout(() => this.#child.kill('SIGKILL'), 3_000).unref();
    await gone;
    await rm(this.#dir, { recursive: true, force: true });
  }
}

function accountLine({ number, mediaEncryption, account }: BaresipOptions, sipPort: number): string {
  const own = ['audio_codecs=PCMA/8000/1', ...(mediaEncryption === undefined ? [] : [`mediaenc=${mediaEncryption}`])];
  if (account === undefined) return `<sip:${number}@127.0.0.1:${String(sipPort)}>;${['regint=0', ...own].join(';')}\n`;
  const { domain, password, registrar } = account;
  const parts = ['regint=60', `auth_user=${number}`, `auth_pass=${password}`, `outbound="${registrar}"`, ...own];
  return `<sip:${number}@${domain};transport=udp>;${parts.join(';')}\n`;
}
