/** What stands beside the drafts: the knowledge folder, and who tells the pages of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { ConfigError } from '../config/fault.ts';
import type { City } from '../config/city.ts';
import type { Config } from '../config/schema.ts';
import { Asides } from './calls/asides.ts';
import { HelperDesk } from './calls/helper-desk.ts';
import { ChatClient } from './helper/chat-client.ts';
import { DialectDesk } from './calls/dialect-desk.ts';
import type { Person } from './calls/views.ts';
import { SimilarFinder } from './calls/similar-finder.ts';
import type { CallCenter } from './calls/call-center.ts';
import type { Closing } from './closing.ts';
import type { DraftEngine } from './drafts/engine.ts';
import { createQueryMaker } from './drafts/knowledge/query.ts';
import { CityCards } from './knowledge/city-cards.ts';
import { KnowledgeFolder } from './knowledge/knowledge-folder.ts';
import type { Gateway } from './realtime/gateway.ts';
import type { Store } from './store/ports.ts';

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

/** A card that is named and cannot be used stops the start. */
export async function openCityCards(config: Config): Promise<CityCards> {
  const { cardFile, partners } = config.surge;
  const usual = join(config.cityDir, 'city-card.md');
  const own = cardFile ?? (existsSync(usual) ? usual : null);
  const read = await CityCards.read({
    own: own === null ? null : { path: resolve(own), key: 'surge.cardFile' },
    partners: partners.flatMap(({ id, cardFile: file }, i) =>
      file === null ? [] : [{ partnerId: id, path: resolve(file), key: `surge.partners.${i}.cardFile` }],
    ),
  });
  if (read instanceof CityCards) return read;
  throw new ConfigError('Configuration', read);
}

export interface AsideParts {
  readonly center: CallCenter;
  readonly gateway: Gateway;
  readonly knowledge: KnowledgeFolder;
  readonly drafts: DraftEngine;
  readonly store: Store;
  readonly persons: ReadonlyMap<string, Person>;
}

/** What stands beside drafts, and the dialect, which works on them. */
export interface Beside {
  readonly asides: Asides;
  readonly dialects: DialectDesk;
}

/** The key is in a file or in the environment, never in the configuration. */
function helperKey(keyFile: string | null): string | null {
  const key = keyFile === null ? (process.env['HELPER_API_KEY'] ?? '') : readFileSync(resolve(keyFile), 'utf8');
  return key.trim() === '' ? null : key.trim();
}

/** The optional language model; nothing when no address is given. */
function openHelper(
  { config, city, logger }: Pick<AsideSetup, 'config' | 'city' | 'logger'>,
  center: CallCenter,
): HelperDesk | undefined {
  const { url, model, keyFile, deadlineMs, everyMs, maxAtOnce } = config.helper;
  if (url === null) return undefined;
  const client = new ChatClient({ url, model, key: helperKey(keyFile), deadlineMs });
  const helper = new HelperDesk({
    ...{ everyMs, maxAtOnce, catalogue: city.catalogue },
    ask: (messages) => client.ask(messages),
    callOf: (callId) => center.get(callId),
    logger: logger.child({ part: 'helper' }),
  });
  center.hear((event) => {
    helper.hear(event);
  });
  return helper;
}

export function openAsides({ config, city, closing, nowMs, logger }: AsideSetup, parts: AsideParts): Beside {
  const { center, gateway, knowledge, drafts, store, persons } = parts;
  const { roadsIn } = drafts;
  const asides = new Asides({
    center,
    push: gateway,
    knowledge: () => knowledge.index,
    queries: createQueryMaker(city.dialectWords),
    similar: new SimilarFinder({ tickets: store.tickets, roadsIn, nowMs, logger: logger.child({ part: 'asides' }) }),
    seesPast: (agentId) => persons.get(agentId)?.role !== 'cloud',
    nowMs,
  });
  const dialects = new DialectDesk({
    dialects: city.dialects,
    callOf: (callId) => center.get(callId),
    emit: (callId, event) => center.timeline.emit(callId, event),
  });
  center.hear((event) => {
    dialects.hear(event);
    asides.hear(event);
  });
  knowledge.onChange(() => {
    asides.reviewAll();
  });
  const helper = openHelper({ config, city, logger }, center);
  closing.add('asides', () => {
    asides.close();
    helper?.close();
  });
  return { asides, dialects };
}
