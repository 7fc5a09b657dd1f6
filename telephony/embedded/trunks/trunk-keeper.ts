/**
 * Keeps the trunks: finds their addresses, asks whether they are there, registers at those that want it, and says in
 * which order a call is to be tried. What it decides by is pure (`health.ts`, `choose.ts`, `locate.ts`).
 */
import type { Logger } from 'pino';
import type { SipCore } from '../../sip/core/sip-core.ts';
import { streamFlow, udpFlow, type CoreEffect, type Flow } from '../../sip/core/types.ts';
import type { TlsPeer } from '../stream-transport.ts';
import { usableFirst } from './choose.ts';
import { freshHealth, isUsable, stepHealth, type Health, type HealthInput } from './health.ts';
import { locate, usualPort, type Dns } from './locate.ts';
import { standingOf, type Standing } from './standing.ts';
import type { TrunkOptions, TrunkOutbound, TrunkPlace, TrunkState } from './types.ts';

/** One way out: a place of a trunk. */
export interface TrunkWay {
  readonly trunk: TrunkOptions;
  readonly outbound: TrunkOutbound;
  readonly flow: Flow;
}

export interface TrunkKeeperParts {
  readonly trunks: readonly TrunkOptions[];
  readonly dns: Dns;
  readonly command: (run: (core: SipCore, nowMs: number) => CoreEffect[]) => void;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly domain: string;
  readonly logger: Logger;
  /** Addresses of the trunks, by which their calls are known. */
  readonly onTargets: (targets: ReadonlyMap<string, string>) => void;
}

interface Kept {
  readonly trunk: TrunkOptions;
  readonly outbound: TrunkOutbound;
  /** In the order in which they are to be tried, with what is known of them. */
  places: Map<string, { readonly flow: Flow; health: Health }>;
  registered: boolean | undefined;
  registeringAt: string | undefined;
  isUp: boolean;
  standing: Standing;
}

const LOCATE_EVERY_MS = 60_000;
/** DNS that gave nothing is asked again sooner. */
const LOCATE_AGAIN_MS = 5_000;
/** A call is tried at no more places than this. */
const MAX_WAYS = 4;

export class TrunkKeeper {
  readonly #parts: TrunkKeeperParts;
  readonly #kept = new Map<string, Kept>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(parts: TrunkKeeperParts) {
    this.#parts = parts;
    for (const trunk of parts.trunks) {
      const { outbound } = trunk;
      if (outbound === undefined) continue;
      this.#kept.set(trunk.name, {
        ...{ trunk, outbound, places: new Map(), isUp: true, registeringAt: undefined },
        registered: trunk.register === undefined ? undefined : false,
        standing: { state: 'down', sinceMs: parts.nowMs() },
      });
    }
  }

  /** Finds every trunk once, then goes on by itself. */
  async start(): Promise<void> {
    await Promise.all([...this.#kept.values()].map((kept) => this.#locate(kept)));
    for (const kept of this.#kept.values()) {
      const { everyMs } = kept.outbound.health;
      if (everyMs === 0) continue;
      this.#probe(kept);
      this.#every(everyMs, () => {
        this.#probe(kept);
      });
    }
  }

  #every(ms: number, work: () => void): void {
    const timer = setInterval(work, ms);
    timer.unref();
    this.#timers.add(timer);
  }

  async #locate(kept: Kept): Promise<void> {
    const { dns, random, logger } = this.#parts;
    const { host, port, transport } = kept.outbound;
    let places: readonly TrunkPlace[] = [];
    try {
      places = await locate(dns, { host, port, transport }, random);
    } catch (error) {
      logger.warn(
        { err: error, trunk: kept.trunk.name },
        'DNS did not tell where a trunk is; what was known still counts',
      );
    }
    if (this.#closed) return;
    if (places.length > 0) this.#settle(kept, places);
    const fixed = places.length > 0 && places.every(({ address }) => address === host);
    if (fixed) return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        void this.#locate(kept);
      },
      places.length > 0 ? LOCATE_EVERY_MS : LOCATE_AGAIN_MS,
    );
    timer.unref();
    this.#timers.add(timer);
  }

  #settle(kept: Kept, places: readonly TrunkPlace[]): void {
    const before = kept.places;
    kept.places = new Map(
      places.map((place) => {
        const flow = flowOf(place);
        return [flow.id, { flow, health: before.get(flow.id)?.health ?? freshHealth }];
      }),
    );
    const all = [...this.#kept.values()].flatMap(({ trunk, places: of }) =>
      [...of.values()].map(({ flow }): [string, string] => [flow.address, trunk.name]),
    );
    this.#look(kept);
    this.#parts.onTargets(new Map(all));
    this.#register(kept);
  }

  #probe(kept: Kept): void {
    const { host, port, domain } = kept.outbound;
    for (const [id, { flow }] of kept.places) {
      this.#parts.command((core, nowMs) =>
        core.ask(
          {
            token: `${kept.trunk.name}|${id}`,
            uri: `sip:${domain ?? host}${port === undefined ? '' : `:${port}`}`,
            flow,
            from: `sip:hotline@${this.#parts.domain}`,
            withinMs: kept.outbound.health.timeoutMs,
          },
          nowMs,
        ),
      );
    }
  }

  /** Outcome of a probe. */
  onAsked(token: string, status: number): void {
    const at = token.indexOf('|');
    const kept = this.#kept.get(token.slice(0, at));
    if (kept !== undefined) this.#judge(kept, token.slice(at + 1), { type: 'probe', ok: status > 0 && status !== 503 });
  }

  #register(kept: Kept): void {
    const { register, account } = kept.trunk;
    const flow = this.#bestPlace(kept)?.flow;
    if (register === undefined || account === undefined || flow === undefined) return;
    if (kept.registeringAt === flow.id) return;
    kept.registeringAt = flow.id;
    this.#sendRegister(kept, flow, register.expiresS);
  }

  #sendRegister({ trunk, outbound }: Kept, flow: Flow, expiresS: number): void {
    const { register, account } = trunk;
    if (register === undefined || account === undefined) return;
    const domain = outbound.domain ?? outbound.host;
    const aor = `sip:${register.number}@${domain}`;
    this.#parts.command((core, nowMs) =>
      core.register(
        {
          ...{ id: trunk.name, uri: `sip:${domain}`, aor, contactUser: register.number },
          ...{ flow, credentials: account, expiresS, instance: '' },
        },
        nowMs,
      ),
    );
  }

  #bestPlace(kept: Kept): { flow: Flow; health: Health } | undefined {
    const places = [...kept.places.values()];
    return places.find(({ health }) => isUsable(health, this.#parts.nowMs())) ?? places[0];
  }

  /** Outcome of a registration. One that fails is tried elsewhere, where there is an elsewhere. */
  onRegistration(key: string, status: number, expiresS: number): void {
    const kept = this.#kept.get(key);
    if (kept === undefined || this.#closed) return;
    const ok = status >= 200 && status < 300 && expiresS > 0;
    if (ok !== kept.registered) {
      if (ok) this.#parts.logger.info({ trunk: key }, 'registered at a trunk');
      else this.#parts.logger.warn({ trunk: key, status }, 'registration at a trunk failed');
    }
    kept.registered = ok;
    if (kept.registeringAt !== undefined) this.#judge(kept, kept.registeringAt, { type: 'registration', ok });
    if (!ok && kept.places.size > 1) this.#register(kept);
  }

  /** What a call found out about its way. */
  report(way: TrunkWay, input: HealthInput): void {
    const kept = this.#kept.get(way.trunk.name);
    if (kept !== undefined) this.#judge(kept, way.flow.id, input);
  }

  #judge(kept: Kept, placeId: string, input: HealthInput): void {
    const place = kept.places.get(placeId);
    if (place === undefined) return;
    this.#look(kept);
    place.health = stepHealth(place.health, input, kept.outbound.health, this.#parts.nowMs());
    this.#look(kept);
    const isUp = [...kept.places.values()].some(({ health }) => health.isUp);
    if (isUp === kept.isUp) return;
    kept.isUp = isUp;
    if (isUp) this.#parts.logger.info({ trunk: kept.trunk.name }, 'trunk is up');
    else this.#parts.logger.warn({ trunk: kept.trunk.name }, 'trunk is down');
  }

  get hasOutbound(): boolean {
    return this.#kept.size > 0;
  }

  /**
   * Ways for one call in the order in which they are to be tried. `host`: that of the dialled address; undefined: any
   * trunk will do. Empty when no trunk has that host.
   */
  ways(host: string | undefined): readonly TrunkWay[] {
    const nowMs = this.#parts.nowMs();
    const fits = [...this.#kept.values()].filter(
      ({ outbound }) => host === undefined || outbound.host.toLowerCase() === host || outbound.domain === host,
    );
    const ordered = usableFirst(
      fits.map((kept) => ({ kept, priority: kept.outbound.priority, weight: kept.outbound.weight })),
      ({ kept }) => [...kept.places.values()].some(({ health }) => isUsable(health, nowMs)),
      this.#parts.random,
    );
    const places = ordered.flatMap(({ kept }) =>
      [...kept.places.values()].map((place) => ({ ...place, trunk: kept.trunk, outbound: kept.outbound })),
    );
    const [good, bad] = [true, false].map((wanted) => places.filter((p) => isUsable(p.health, nowMs) === wanted));
    return [...(good ?? []), ...(bad ?? [])].slice(0, MAX_WAYS);
  }

  /** How the certificate of a TLS place is checked. */
  peerOf(flow: Flow): TlsPeer {
    const kept = [...this.#kept.values()].find(({ places }) => places.has(flow.id));
    if (kept === undefined) return { name: flow.address, verify: true, ca: undefined };
    return { name: kept.outbound.host, ...kept.outbound.tls };
  }

  states(): readonly TrunkState[] {
    return this.#parts.trunks.map(({ name }) => {
      const kept = this.#kept.get(name);
      if (kept === undefined)
        return { name, state: 'inbound-only', sinceMs: undefined, registered: undefined, places: 0 };
      return { name, ...this.#look(kept), registered: kept.registered, places: kept.places.size };
    });
  }

  #look(kept: Kept): Standing {
    const healths = [...kept.places.values()].map(({ health }) => health);
    kept.standing = standingOf(kept.standing, healths, this.#parts.nowMs());
    return kept.standing;
  }

  /** Stops asking, and takes back what was registered. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const kept of this.#kept.values()) {
      const flow = kept.places.get(kept.registeringAt ?? '')?.flow;
      if (kept.registered === true && flow !== undefined) this.#sendRegister(kept, flow, 0);
    }
  }
}

function flowOf({ transport, address, port }: TrunkPlace): Flow {
  return transport === 'UDP' ? udpFlow(address, port) : streamFlow(transport, address, port);
}

/** `host` or `host:port` for a Request-URI of a trunk. */
export function hostPart({ host, port, domain, transport }: TrunkOutbound): string {
  if (domain !== undefined) return domain;
  return port === undefined || port === usualPort(transport ?? 'UDP') ? host : `${host}:${port}`;
}
