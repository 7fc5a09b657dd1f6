/** What stands beside the drafts: the knowledge folder, and who tells the pages of it. */
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { City } from '../config/city.ts';
import type { Config } from '../config/schema.ts';
import { Asides } from './calls/asides.ts';
import type { CallCenter } from './calls/call-center.ts';
import type { Closing } from './closing.ts';
import { createQueryMaker } from './drafts/knowledge/query.ts';
import { KnowledgeFolder } from './knowledge/knowledge-folder.ts';
import type { Gateway } from './realtime/gateway.ts';

export interface AsideSetup {
  readonly config: Config;
  readonly city: City;
  readonly logger: Logger;
  readonly closing: Closing;
  readonly nowMs: () => number;
}

/** Reads the folder of articles; a folder that is not there is an empty one. */
export async function openKnowledge({ config, logger, closing }: AsideSetup): Promise<KnowledgeFolder> {
  const { dir, lookEveryMs } = config.knowledge;
  const knowledge = new KnowledgeFolder({
    dir: resolve(dir ?? join(config.cityDir, 'knowledge')),
    lookEveryMs,
    logger: logger.child({ part: 'knowledge' }),
  });
  await knowledge.open();
  closing.add('knowledge', () => {
    knowledge.close();
  });
  return knowledge;
}

export function openAsides(
  { city, closing, nowMs }: AsideSetup,
  { center, gateway, knowledge }: { center: CallCenter; gateway: Gateway; knowledge: KnowledgeFolder },
): Asides {
  const asides = new Asides({
    center,
    push: gateway,
    knowledge: () => knowledge.index,
    queries: createQueryMaker(city.dialectWords),
    nowMs,
  });
  center.hear((event) => {
    asides.hear(event);
  });
  knowledge.onChange(() => {
    asides.reviewAll();
  });
  closing.add('asides', () => {
    asides.close();
  });
  return asides;
}
