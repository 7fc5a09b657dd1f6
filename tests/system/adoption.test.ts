/** Calls on the embedded switch outlive the call centre above it, as long as the process lives. */
import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { createEmbeddedSwitch } from '../../telephony/embedded/embedded-switch.ts';
import { createMediaEngine } from '../../telephony/embedded/media/create-media-engine.ts';
import type { EndpointCredential } from '../../telephony/ports/switch.ts';
import { ha1 } from '../../telephony/sip/auth/digest.ts';
import { adoptionSuite, type AdoptionRig } from '../support/adoption-suite.ts';
import { freeUdpPort } from '../support/free-ports.ts';

jest.setTimeout(120_000);

const host = '127.0.0.1';
const domain = 'hotline.test';

async function makeRig(): Promise<AdoptionRig> {
  const credentials = new Map<string, EndpointCredential>();
  const rtpPortMin = Math.min(2 * Math.floor((await freeUdpPort()) / 2), 60_000);
  const media = await createMediaEngine({
    ...{ advertisedAddress: host, bindAddress: host, iceServers: [] },
    ...{ rtpPortMin, rtpPortMax: rtpPortMin + 399 },
  });
  const sip = {
    ...{ bind: host, port: 0, advertisedAddress: null, domain, trunks: [] },
    ...{ allowPrivateNetworks: true, strangerRequestsPerSecond: 20 },
  };
  const directory = { find: (username: string) => credentials.get(username) };
  const logger = pino({ enabled: false });
  const sw = createEmbeddedSwitch({ sip, directory, media, logger, newId: randomUUID });
  await sw.start();
  return {
    switch: sw,
    sip: { host, port: sw.sipPort, domain },
    trunk: { host, port: sw.sipPort },
    addEndpoint: (endpointId) => {
      const account = { username: `user-${endpointId.replace(':', '-')}`, realm: domain, password: randomUUID() };
      credentials.set(account.username, {
        username: account.username,
        endpointId,
        role: 'agent',
        ha1Md5: ha1('MD5', account),
        ha1Sha256: ha1('SHA-256', account),
        expiresAtMs: Date.now() + 3_600_000,
      });
      return account;
    },
    next: () => Promise.resolve(sw),
    mediaTimeoutMs: 1_500,
    dispose: () => sw.close(),
  };
}

adoptionSuite('the embedded switch', makeRig, true);
