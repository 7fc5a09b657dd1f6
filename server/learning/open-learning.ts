/** The learner of this server, from its configuration: model loaded, night planned. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { City } from '../../config/city.ts';
import type { Config } from '../../config/schema.ts';
import type { LearnedGuesser } from '../drafts/classify/guesser.ts';
import type { CallStore, TicketStore } from '../store/ports.ts';
import { Learner } from './learner.ts';
import { ModelFiles } from './model-files.ts';
import { ticketRows } from './ticket-rows.ts';

export interface LearningParts {
  readonly config: Pick<Config, 'learning'>;
  readonly dataDir: string;
  readonly city: City;
  readonly store: { readonly tickets: Pick<TicketStore, 'recent'>; readonly calls: Pick<CallStore, 'transcript'> };
  readonly guesser: LearnedGuesser;
  readonly logger: Logger;
}

export const modelDirOf = (dataDir: string): string => join(dataDir, 'models');

export async function openLearning({ config, dataDir, city, store, guesser, logger }: LearningParts): Promise<Learner> {
  const { nightlyAt, maxTickets, keepModels } = config.learning;
  const { catalogue } = city;
  const learner = new Learner({
    ...{ keepModels, guesser, nightlyAt, logger },
    files: new ModelFiles(modelDirOf(dataDir), keepModels),
    classIds: new Set(catalogue.map((leaf) => leaf.id)),
    rows: () => ticketRows({ ...store, catalogue, limit: maxTickets }),
    nowMs: () => Date.now(),
  });
  await learner.start();
  return learner;
}
