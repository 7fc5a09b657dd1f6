/**
 * A server as far as the line goes: the Redis store and the dispatcher, with calls and agents that it is told of. Run as
 * a process of its own by tests, so that it can be killed.
 */
import { pino } from 'pino';
import { openLink } from '../../server/acd/redis/link.ts';
import { RedisLineStore } from '../../server/acd/redis/redis-line-store.ts';
import { Dispatcher } from '../../server/calls/dispatcher.ts';

export type ToLineProcess =
  { readonly type: 'join'; readonly callId: string } | { readonly type: 'agent'; readonly agentId: string };

export type FromLineProcess =
  | { readonly type: 'ready' }
  | { readonly type: 'done' }
  | { readonly type: 'offered'; readonly callId: string; readonly agentId: string; readonly joinedAtMs: number }
  | { readonly type: 'lost'; readonly callId: string };

const [url = '', serverId = '', leaseMs = ''] = process.argv.slice(2);
const say = (message: FromLineProcess): void => void process.send?.(message);
const link = await openLink(url, () => undefined);
const line = await RedisLineStore.open({
  ...{ link, serverId, hotline: 'killed', leaseMs: Number(leaseMs) },
  onError: () => undefined,
});
const calls = new Set<string>();
const dispatcher = new Dispatcher({
  line,
  logger: pino({ level: 'silent' }),
  nowMs: () => Date.now(),
  onReserved: ({ callId, agentId, joinedAtMs }) => {
    if (calls.has(callId)) say({ type: 'offered', callId, agentId, joinedAtMs });
    return calls.has(callId);
  },
  onOfferLost: ({ callId }) => {
    say({ type: 'lost', callId });
  },
  onLineLost: () => undefined,
  onAlarm: () => undefined,
});

async function heed(message: ToLineProcess): Promise<void> {
  if (message.type === 'join') {
    calls.add(message.callId);
    await line.join({ callId: message.callId, queue: 'main', priority: 5 });
  } else {
    const { agentId } = message;
    await line.setAgent({ agentId, intent: 'available', pauseReason: '', phone: 'idle', queues: ['main'] });
  }
  dispatcher.kick();
  say({ type: 'done' });
}
process.on('message', (message: ToLineProcess) => void heed(message));
say({ type: 'ready' });
