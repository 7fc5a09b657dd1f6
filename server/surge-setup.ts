/** Joins the surge part to the calls, the line, the pages and the database. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { City } from '../config/city.ts';
import type { Config } from '../config/schema.ts';
import type { LineStore } from './acd/line-store.ts';
import type { CallCenter } from './calls/call-center.ts';
import type { AgentProfile } from './calls/seats.ts';
import type { Gateway } from './realtime/gateway.ts';
import type { Store } from './store/ports.ts';
import type { RosterEntry } from './surge/api-types.ts';
import type { Pages } from './surge/ports.ts';
import { SurgeService } from './surge/surge-service.ts';

export interface SurgeSetup {
  readonly config: Config;
  readonly root: string;
  readonly city: City;
  readonly store: Store;
  readonly line: LineStore;
  readonly center: CallCenter;
  readonly gateway: Gateway;
  readonly logger: Logger;
}

/** Proficiency of what an agent says of itself. */
const SAID_LEVEL = 3;
const RELEASED = '支援结束，谢谢';

/** The city's time zone is that of the server's clock. */
const offsetMs = (): number => -new Date().getTimezoneOffset() * 60_000;

function pagesOf(gateway: Gateway, onComing: (userId: string) => void): Pages {
  return {
    surge: (userId, status) => {
      gateway.toUser(userId, 'surge', status);
    },
    callIn: (userId, callIn) => {
      gateway.toUser(userId, 'surge.call-in', callIn);
      if (callIn.state === 'accepted' || callIn.state === 'ready') onComing(userId);
    },
    online: (userId) => gateway.online(userId),
  };
}

/** What a standby seat can do, as it said itself; what a supervisor has set stands. */
function seatProfile(entry: RosterEntry, known: AgentProfile): AgentProfile {
  const said = [...entry.skills, ...entry.dialects.map((dialect) => `方言-${dialect}`)];
  const skills = Object.fromEntries(said.map((skill) => [skill, SAID_LEVEL]));
  return { queues: known.queues, skills: { ...skills, ...known.skills }, seatLevel: entry.source };
}

/** Makes the runner and starts it; what was in force before a restart is in force again. */
export async function openSurge(setup: SurgeSetup): Promise<SurgeService> {
  const { config, root, city, store, line, center, gateway, logger } = setup;
  const users = await store.users.list();
  const names = new Map(users.map((u) => [u.id, u.displayName]));
  const supervisors = users.filter((u) => u.role === 'supervisor' || u.role === 'admin').map((u) => u.id);
  const surge = new SurgeService({
    settings: config.surge,
    plansDir: resolve(root, config.surge.plansDir),
    store: store.surge,
    tickets: store.tickets,
    line,
    rules: {
      setPolicy: (policy) => {
        center.lineDesk.setPolicy(policy);
      },
    },
    pages: pagesOf(gateway, (userId) => {
      const entry = surge.standby.entries().find((e) => e.userId === userId);
      if (entry !== undefined) center.seats.setProfile(userId, seatProfile(entry, center.seats.profileOf(userId)));
    }),
    cityName: city.name,
    sentBy: async (callId) => {
      const [arrived] = await store.calls.timeline(callId);
      return arrived?.type === 'call.arrived' ? arrived.sentBy : undefined;
    },
    offsetMs: offsetMs(),
    nameOf: (userId) => names.get(userId),
    supervisors: () => supervisors,
    onReleased: (userId) => {
      center.seats.setIntent(userId, 'paused', RELEASED);
    },
    logger: logger.child({ part: 'surge' }),
    nowMs: () => Date.now(),
    newId: randomUUID,
  });
  center.lineDesk.setPartners(surge.partners);
  center.hear((event) => {
    surge.onEvent(event);
  });
  await surge.start();
  return surge;
}
