/** An agent without a person: logs in, registers a telephone, is available, answers and speaks. */
import { io, type Socket } from 'socket.io-client';
import type {
  Ack,
  AgentView,
  PageToServer,
  Result,
  ServerToPage,
  SipCredentials,
} from '../../server/realtime/protocol.ts';
import type { Pacer } from './pacer.ts';
import type { PhoneCall } from './phone-call.ts';
import { SipPhone } from './sip-phone.ts';

export interface AgentLogin {
  /** Web address of the server. */
  readonly server: string;
  readonly login: string;
  readonly password: string;
}

export interface ScriptedAgentOptions extends AgentLogin {
  /** SIP address of the same server, over UDP. */
  readonly sip: { readonly host: string; readonly port: number };
  /** IPv4 address of ours. */
  readonly address: string;
  /** Said once, from the answer on. */
  readonly speech: Int16Array;
  /** Hang up when the speech is over; otherwise the agent waits for the caller to do so. */
  readonly hangUpAfterSpeech?: boolean;
  readonly answerAfterMs?: number;
  readonly pacer?: Pacer;
}

export type Page = Socket<ServerToPage, PageToServer>;
const ANSWER_WITHIN_MS = 10_000;

/** The second try comes after this. */
const REGISTRATION_TOLD_MS = 500;

export class ScriptedAgent {
  readonly #page: Page;
  readonly #phone: SipPhone;
  readonly #options: ScriptedAgentOptions;

  private constructor(page: Page, phone: SipPhone, options: ScriptedAgentOptions) {
    this.#page = page;
    this.#phone = phone;
    this.#options = options;
    phone.subscribe((event) => {
      if (event.type === 'answered') void this.#speak(event.call);
    });
  }

  /** Logs in, registers and goes available. Rejects with words that say which step failed. */
  static async start(options: ScriptedAgentOptions): Promise<ScriptedAgent> {
    const page = await openAgentPage(options);
    try {
      const given = await askCredentials(page);
      const domain = given.uri.slice(given.uri.indexOf('@') + 1);
      const { host, port } = options.sip;
      const phone = new SipPhone({
        address: options.address,
        user: given.username,
        credentials: given,
        registrar: { host, port, domain },
        answerAfterMs: options.answerAfterMs ?? 300,
        ...(options.pacer === undefined ? {} : { pacer: options.pacer }),
      });
      await phone.start();
      await phone.register();
      const agent = new ScriptedAgent(page, phone, options);
      await agent.setAvailable(true);
      return agent;
    } catch (error) {
      page.disconnect();
      throw error;
    }
  }

  get phone(): SipPhone {
    return this.#phone;
  }

  /** The page's socket, for tests that want to watch. */
  get page(): Page {
    return this.#page;
  }

  async setAvailable(available: boolean): Promise<void> {
    const wish = { intent: available ? ('available' as const) : ('off' as const), reason: '' };
    const say = (): Promise<AgentView> =>
      ask<AgentView>(this.#page, 'agent.set-intent', (ack) => this.#page.emit('agent.set-intent', wish, ack));
    // A switch outside the server tells it of a registration a moment after it has answered the phone.
    await say().catch(async () => {
      await new Promise((resolve) => setTimeout(resolve, REGISTRATION_TOLD_MS));
      return say();
    });
  }

  async #speak(call: PhoneCall): Promise<void> {
    await call.play(this.#options.speech);
    if (this.#options.hangUpAfterSpeech === true && call.outcome === undefined) call.hangUp();
  }

  async close(): Promise<void> {
    if (this.#page.connected) await this.setAvailable(false);
    await this.#phone.close();
    this.#page.disconnect();
  }
}

/** A page without a browser. */
export async function openAgentPage(login: AgentLogin): Promise<Page> {
  return openPage(login.server, await logIn(login));
}

/** What the telephone of this page's agent registers with. */
export function askCredentials(page: Page): Promise<SipCredentials> {
  return ask<SipCredentials>(page, 'sip.credentials', (ack) => page.emit('sip.credentials', {}, ack));
}

async function logIn({ server, login, password }: AgentLogin): Promise<string> {
  let response: Response;
  try {
    response = await fetch(new URL('/api/login', server), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password }),
    });
  } catch (error) {
    throw new Error(`the server does not answer at ${server}. Is npm start running?`, { cause: error });
  }
  if (response.status === 401) throw new Error(`log-in "${login}" was refused: wrong name or password`);
  if (!response.ok) throw new Error(`log-in failed: the server answered ${response.status}`);
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .find((pair) => pair.includes('hotline_session='));
  if (cookie === undefined) throw new Error('log-in failed: the server gave no session');
  return cookie;
}

async function openPage(server: string, cookie: string): Promise<Page> {
  const page: Page = io(server, { path: '/socket', transports: ['websocket'], extraHeaders: { cookie } });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      page.disconnect();
      reject(new Error('the server did not open a session for the agent'));
    }, ANSWER_WITHIN_MS);
    page.on('connect_error', (error) => {
      if (page.active) return; // Tries again by itself.
      clearTimeout(timer);
      reject(new Error(`the server refused the agent's session: ${error.message}`));
    });
    // The server is ready for requests when it has said hello.
    page.once('hello', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return page;
}

async function ask<T>(page: Page, what: string, send: (ack: Ack<T>) => unknown): Promise<T> {
  const result = await new Promise<Result<T>>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`the server did not answer "${what}"`));
    }, ANSWER_WITHIN_MS);
    send((answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
  if (!result.ok) throw new Error(`"${what}" was refused: ${result.message}`);
  return result.value;
}
