/** What the server says to the person who started it. Stdout is for people; the log goes to stderr. */
import { networkInterfaces } from 'node:os';
import type { RecognizerState } from '../asr/ports.ts';
import type { Config } from '../config/schema.ts';
import type { Listening } from './http/server.ts';
import type { DemoLogin } from './store/demo-users.ts';

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The address told to far ends when none is configured. */
export function ownAddress(bind: string): string {
  if (bind !== '0.0.0.0') return bind;
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find((a) => a.family === 'IPv4' && !a.internal)?.address ?? '127.0.0.1';
}

export interface Announcement {
  readonly config: Config;
  readonly at: Listening;
  readonly logins: readonly DemoLogin[];
  readonly recognizer: { readonly name: string; readonly state: RecognizerState; readonly description: string };
}

export function announce({ config, at, logins, recognizer }: Announcement): void {
  const host = ownAddress(config.sip.bind);
  const local = config.sip.bind === '0.0.0.0' ? '127.0.0.1' : config.sip.bind;
  const to = `--to sip:${config.sip.hotlineNumber}@${local}:${String(config.sip.port)}`;
  if (logins.length > 0) {
    say('demo log-ins (shown only this once; npm run reset-demo makes new ones):');
    for (const { login, password, role } of logins) say(`  ${login.padEnd(12)} ${password}   ${role}`);
    const second = logins.filter((l) => l.role === 'agent').at(1);
    if (second !== undefined) {
      say('a conversation without a second person:');
      say(
        `  npm run call -- --with-agent --login ${second.login} --password ${second.password} ${to} --server http://${local}:${String(at.httpPort)}`,
      );
    }
  }
  say(
    `call   sip:${config.sip.hotlineNumber}@${host}:${String(config.sip.port)}, or open /phone, or: npm run call -- ${to}`,
  );
  const { name, state, description } = recognizer;
  say(`text   ${state.type === 'off' ? `off: ${state.reason}` : `${name}: ${description}`}`);
  if (at.httpsPort !== null) say(`https  https://${host}:${String(at.httpsPort)} (for browsers on other machines)`);
  say(`ready http://localhost:${String(at.httpPort)}`);
}

/** Errors that tell a person what to do are printed as they are; others with their stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isPlain = /^(Config|Start|Listen|Store|Switch|Sip|Media)/.test(error.name);
  return isPlain ? error.message : (error.stack ?? error.message);
}
