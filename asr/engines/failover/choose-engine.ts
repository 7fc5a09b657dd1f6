/** Which engine hears a stream: by language, side and load. Pure. */
import type { SpeechSide } from '../../ports.ts';

export interface Route {
  /** Null: any. */
  readonly language: string | null;
  readonly side: SpeechSide | null;
  /** Names, best first; engines that are not named do not hear it. */
  readonly engines: readonly string[];
}

export interface Candidate {
  readonly name: string;
  readonly languages: readonly string[];
  readonly ready: boolean;
  readonly degraded: boolean;
  readonly openStreams: number;
  readonly capacity: number;
  readonly usable: boolean;
}

export interface Listener {
  readonly language: string | undefined;
  readonly side: SpeechSide;
}

/** From this share of its capacity on, an engine comes after those with more room. */
const BUSY = 0.9;

/** Names of the engines that may hear it, best first. */
export function engineOrder(
  who: Listener,
  routes: readonly Route[],
  engines: readonly Pick<Candidate, 'name' | 'languages'>[],
): readonly string[] {
  const route = routes.find(
    (r) => (r.language === null || speaks([r.language], who.language)) && (r.side === null || r.side === who.side),
  );
  if (route !== undefined) return route.engines;
  const fit = engines.filter((engine) => speaks(engine.languages, who.language));
  return [...fit, ...engines.filter((engine) => !fit.includes(engine))].map((engine) => engine.name);
}

/** The engine to take now; nothing when none has room. */
export function chooseEngine(
  order: readonly string[],
  candidates: readonly Candidate[],
  tried: ReadonlySet<string>,
): string | undefined {
  const able = order
    .map((name) => candidates.find((candidate) => candidate.name === name))
    .filter((c): c is Candidate => c !== undefined && c.ready && c.usable && c.openStreams < c.capacity);
  const fresh = able.filter((candidate) => !tried.has(candidate.name));
  const roomy = fresh.find((c) => !c.degraded && c.openStreams < c.capacity * BUSY);
  // Tried before, and still there: a pool has other children. The circuit breaker ends this.
  return (roomy ?? fresh[0] ?? able[0])?.name;
}

/** `zh-CN` is spoken by an engine for `zh`, and the other way round. */
function speaks(languages: readonly string[], language: string | undefined): boolean {
  if (language === undefined) return languages.some((l) => l.startsWith('zh') || l === 'cmn');
  const base = language.split('-')[0];
  return languages.some((l) => l === language || l === base || (l.split('-')[0] === language && language === base));
}
