/** The way to Redis: one server or a cluster, commands and messages, coming back by itself after a break. */
import { createClient, createCluster } from 'redis';
import type { Evaluator } from './scripts.ts';

export interface Link extends Evaluator {
  subscribe(channel: string, listener: (message: string) => void): Promise<void>;
  /** Messages may have been missed before this. */
  onBack(listener: () => void): void;
  close(): void;
}

/** A server that accepts bytes but answers nothing for this long is taken for broken. */
const SILENCE_MS = 5_000;
const CONNECT_MS = 3_000;
const LONGEST_PAUSE_MS = 500;

const socket = {
  connectTimeout: CONNECT_MS,
  socketTimeout: SILENCE_MS,
  reconnectStrategy: (retries: number): number => Math.min(20 * 2 ** retries, LONGEST_PAUSE_MS),
};

/** `url`: of one server, or of several nodes of a cluster, between commas. */
export async function openLink(url: string, onError: (error: unknown) => void): Promise<Link> {
  const urls = url.split(',').map((one) => one.trim());
  const [first, ...more] = urls;
  return more.length === 0 ? openOne(first ?? url, onError) : openCluster(urls, onError);
}

async function openOne(url: string, onError: (error: unknown) => void): Promise<Link> {
  const commands = createClient({ url, socket, disableOfflineQueue: true });
  // Nothing is written to a connection that only listens: it is asked whether it lives.
  const messages = createClient({ url, socket, pingInterval: SILENCE_MS / 2 });
  const back: (() => void)[] = [];
  for (const client of [commands, messages]) {
    client.on('error', onError);
    client.on('ready', () => {
      for (const listener of back) listener();
    });
  }
  await Promise.all([commands.connect(), messages.connect()]);
  return {
    eval: (text, options) => commands.eval(text, options),
    evalSha: (sha1, options) => commands.evalSha(sha1, options),
    subscribe: (channel, listener) => messages.subscribe(channel, listener),
    onBack: (listener) => back.push(listener),
    close: () => {
      for (const client of [commands, messages]) if (client.isOpen) client.destroy();
    },
  };
}

async function openCluster(urls: readonly string[], onError: (error: unknown) => void): Promise<Link> {
  const cluster = createCluster({ rootNodes: urls.map((url) => ({ url })), defaults: { socket } });
  cluster.on('error', onError);
  await cluster.connect();
  return {
    eval: (text, options) => cluster.eval(text, options),
    evalSha: (sha1, options) => cluster.evalSha(sha1, options),
    subscribe: async (channel, listener) => {
      await cluster.subscribe(channel, listener);
    },
    onBack: () => undefined,
    close: () => {
      cluster.destroy();
    },
  };
}
