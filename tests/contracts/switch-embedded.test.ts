/** The embedded switch, with its real media engine, against the contract of `Switch`. */
import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { createEmbeddedSwitch } from '../../telephony/embedded/embedded-switch.ts';
import { createMediaEngine } from '../../telephony/embedded/media/create-media-engine.ts';
import type { EndpointCredential } from '../../telephony/ports/switch.ts';
import { ha1 } from '../../telephony/sip/auth/digest.ts';
import { switchContract } from './switch.contract.ts';
import type { SwitchHarness } from './switch-harness.ts';
import { switchPartyContract } from './switch-party.contract.ts';

jest.setTimeout(30_000);

const HOST = '127.0.0.1';
const DOMAIN = 'hotline.test';

async function makeHarness(): Promise<SwitchHarness> {
  const credentials = new Map<string, EndpointCredential>();
  const media = await createMediaEngine({
    advertisedAddress: HOST,
    bindAddress: HOST,
    rtpPortMin: 42_000,
    rtpPortMax: 42_399,
    iceServers: [],
  });
  const embedded = createEmbeddedSwitch({
    sip: {
      bind: HOST,
      port: 0,
      advertisedAddress: null,
      domain: DOMAIN,
      trunks: [],
      allowPrivateNetworks: true,
      strangerRequestsPerSecond: 20,
    },
    directory: { find: (username) => credentials.get(username) },
    media,
    logger: pino({ enabled: false }),
    newId: randomUUID,
  });
  await embedded.start();
  return {
    switch: embedded,
    sip: { host: HOST, port: embedded.sipPort, domain: DOMAIN },
    addEndpoint: (endpointId) => {
      const account = { username: `user-${endpointId}`, realm: DOMAIN, password: randomUUID() };
      credentials.set(account.username, {
        username: account.username,
        endpointId,
        role: 'agent',
        ha1Md5: ha1('MD5', account),
        ha1Sha256: ha1('SHA-256', account),
        expiresAtMs: Date.now() + 3_600_000,
      });
      return { username: account.username, password: account.password };
    },
    dispose: () => embedded.close(),
  };
}

switchContract('embedded', makeHarness);
switchPartyContract('embedded', makeHarness);
