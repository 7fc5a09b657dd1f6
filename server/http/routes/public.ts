import { createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { gzipSync } from 'node:zlib';
import { isSameOrigin } from '../../realtime/same-origin.ts';
import type { HttpDeps } from '../deps.ts';
import type { City } from '../../../config/city.ts';
import { HttpError } from '../errors.ts';
import { clientKey, MinuteLimit } from '../limits.ts';
import type { Route, RouteContext } from '../route.ts';

/** Calls a minute from one address; families and offices share one. */
const phonesPerMinute = 60;
const pingLimitMs = 2_000;

const privateNetworks = new BlockList();
for (const [net, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  privateNetworks.addSubnet(net, bits, 'ipv4');
privateNetworks.addAddress('::1', 'ipv6');
privateNetworks.addSubnet('fc00::', 7, 'ipv6');

function isPrivate(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  const family = isIP(plain);
  return family !== 0 && privateNetworks.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

async function databaseAnswers({ store, logger }: HttpDeps): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer in time'));
    }, pingLimitMs);
  });
  try {
    await Promise.race([store.ping(), limit]);
    return true;
  } catch (error) {
    logger.warn({ err: error }, 'database does not answer');
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function healthRoute(deps: HttpDeps): Route {
  const startedAtMs = performance.now();
  return {
    method: 'get',
    path: '/healthz',
    access: 'public',
    handle: async ({ response }) => {
      const database = await databaseAnswers(deps);
      response.status(database ? 200 : 503).setHeader('Cache-Control', 'no-store');
      return {
        status: database ? 'ok' : 'failing',
        version: deps.version,
        upMs: Math.round(performance.now() - startedAtMs),
        database: database ? 'ok' : 'no answer',
        pages: deps.gateway.pageCount,
        ...deps.health?.(),
      };
    },
  };
}

function metricsRoute({ config, metrics }: HttpDeps): Route {
  return {
    method: 'get',
    path: '/metrics',
    access: 'public',
    handle: async ({ response, address }) => {
      // Numbers only, but nobody's business on the internet.
      if (config.public && !isPrivate(address)) throw new HttpError('not-found');
      response.type(metrics.contentType).send(await metrics.metrics());
    },
  };
}

/** Departments, catalogue and places: some hundred kilobytes that never change while we run. */
function cityRoute({ city }: HttpDeps): Route {
  // Pages need the kinds of risk, not all the words that tell them, and of dialects no more than their names.
  const silent = { tones: 0, initials: [], finals: [], syllables: [] };
  const shown: City = {
    ...city,
    riskWords: city.riskWords.filter((w, i, all) => all.findIndex((o) => o.risk === w.risk) === i),
    dialects: city.dialects.map((dialect) => ({ ...dialect, accent: silent, words: [] })),
  };
  const plain = Buffer.from(JSON.stringify(shown));
  const zipped = gzipSync(plain);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`;
  return {
    method: 'get',
    path: '/api/city',
    access: 'session',
    handle: ({ request, response }) => {
      response.setHeader('ETag', etag);
      response.setHeader('Cache-Control', 'private, no-cache');
      response.vary('Accept-Encoding');
      if (request.get('if-none-match') === etag) {
        response.status(304).end();
        return;
      }
      const zip = request.acceptsEncodings('gzip') === 'gzip';
      response.type('json');
      if (zip) response.setHeader('Content-Encoding', 'gzip');
      response.end(zip ? zipped : plain);
    },
  };
}

function infoRoute({ config, city, version }: HttpDeps): Route {
  const info = {
    cityName: city.name,
    hotlineNumber: config.sip.hotlineNumber,
    phoneEnabled: !config.public,
    httpsPort: config.http.httpsPort,
    version,
  };
  return { method: 'get', path: '/api/info', access: 'public', handle: () => info };
}

/** Credentials of the open web phone: for pages of ours only, a few a minute, never on a public server. */
function phoneRoute({ config, credentials }: HttpDeps): Route {
  const limit = new MinuteLimit(phonesPerMinute);
  return {
    method: 'post',
    path: '/api/phone/credentials',
    access: 'public',
    handle: ({ request, response, address }: RouteContext) => {
      if (config.public) throw new HttpError('not-found');
      const site = request.get('sec-fetch-site');
      const own = (site === undefined || site === 'same-origin') && isSameOrigin(request, config.http.trustProxy);
      // Another site cannot send a header of its own without being asked for first (CORS), which we refuse.
      if (!own || request.get('x-hotline-phone') === undefined) throw new HttpError('csrf-failed');
      const key = clientKey(address);
      if (limit.isUsedUp(key)) throw new HttpError('too-many-requests');
      limit.count(key);
      response.setHeader('Cache-Control', 'no-store');
      return credentials.issuePhone();
    },
  };
}

function openApiRoute({ openApiFile }: HttpDeps): Route {
  return {
    method: 'get',
    path: '/api/openapi.yaml',
    access: 'public',
    handle: ({ response }) => {
      response.sendFile(openApiFile, { headers: { 'Content-Type': 'application/yaml; charset=utf-8' } });
    },
  };
}

export function publicRoutes(deps: HttpDeps): readonly Route[] {
  return [healthRoute, metricsRoute, cityRoute, infoRoute, phoneRoute, openApiRoute].map((make) => make(deps));
}
