import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { City } from '../../config/city.ts';
import type { Config } from '../../config/schema.ts';
import type { Store } from '../store/ports.ts';
import type { SurgeService } from '../surge/surge-service.ts';
import type { CityCards } from '../knowledge/city-cards.ts';
import type { KnowledgeFolder } from '../knowledge/knowledge-folder.ts';
import type { LearnedPlaces } from '../learning/learned-places.ts';
import type { Gateway } from '../realtime/gateway.ts';
import type { SipCredentialRegister } from './sip-credentials.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpDeps {
  readonly config: Config;
  readonly city: City;
  readonly store: Store;
  readonly gateway: Gateway;
  readonly credentials: SipCredentialRegister;
  /** Surge plans, standby seats, partner hotlines; their routes answer 404 without. */
  readonly surge?: SurgeService;
  /** The city's articles; their routes answer 404 without. */
  readonly knowledge?: Pick<KnowledgeFolder, 'index' | 'faults'>;
  /** Place names learned from tickets; their routes answer 404 without. */
  readonly learnedPlaces?: Pick<LearnedPlaces, 'list' | 'set'>;
  /** Read as articles are, and not found by searching. */
  readonly cityCards?: Pick<CityCards, 'article'>;
  readonly metrics: Registry;
  readonly logger: Logger;
  readonly version: string;
  /** Folder of the built pages. */
  readonly pagesDir: string;
  /** Folder that `recordingPath` of calls is relative to. */
  readonly recordingsDir: string;
  /** docs/api/openapi.yaml */
  readonly openApiFile: string;
  /** Softphones' WebSocket: upgrade requests for `/sip`, already checked for their origin. */
  readonly onSipUpgrade: UpgradeHandler;
  /** Further paths, with their own ways of proving who asks. */
  readonly routers?: readonly { readonly path: string; readonly handler: RequestHandler }[];
  /** More lines for /healthz (recogniser, switch …); never names or numbers of people. */
  readonly health?: () => Readonly<Record<string, unknown>>;
}
