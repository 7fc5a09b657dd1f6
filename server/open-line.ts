/** Opens the waiting line where the configuration says it is kept. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Config } from '../config/schema.ts';
import type { LineStore } from './acd/line-store.ts';
import { MemoryLineStore } from './acd/memory/memory-line-store.ts';
import { openLink } from './acd/redis/link.ts';
import { RedisLineStore } from './acd/redis/redis-line-store.ts';

export async function openLine(config: Pick<Config, 'line' | 'redis'>, logger: Logger): Promise<LineStore> {
  if (config.line.store === 'memory') return new MemoryLineStore({ nowMs: () => Date.now(), newId: randomUUID });
  const { url, hotline, leaseMs } = config.redis;
  const onError = (error: unknown): void => {
    logger.warn({ err: error }, 'line store fault');
  };
  // A server that comes back is a new one: what its predecessor held is given up when the lease ends.
  const serverId = `${hostname()}-${String(process.pid)}-${randomUUID().slice(0, 8)}`;
  const link = await openLink(url, onError);
  return RedisLineStore.open({ link, hotline, serverId, leaseMs, onError });
}
