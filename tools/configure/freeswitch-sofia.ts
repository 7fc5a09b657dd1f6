/** The two SIP profiles: `trunk` towards carriers or the edge, `internal` for agents' pages and telephones. Pure. */
import type { FreeswitchSettings } from './freeswitch-settings.ts';
import { element, includeFile, param } from './xml.ts';

/** What both profiles have in common. */
function shared(settings: FreeswitchSettings): string[] {
  const { address, externalAddress } = settings;
  const outside =
    externalAddress === undefined ? [] : [param('ext-sip-ip', externalAddress), param('ext-rtp-ip', externalAddress)];
  return [
    param('user-agent-string', 'hotline12345'),
    param('sip-ip', address),
    param('rtp-ip', address),
    ...outside,
    '<!-- Calls are found again after a crash: "sofia recover". -->',
    param('track-calls', true),
    '<!-- The application alone transfers calls. -->',
    param('disable-transfer', true),
    param('dialplan', 'XML'),
    param('inbound-codec-negotiation', 'generous'),
    param('inbound-late-negotiation', true),
    param('rtp-timer-name', 'soft'),
    param('dtmf-type', 'rfc2833'),
    param('liberal-dtmf', true),
    param('rfc2833-pt', 101),
    param('rtcp-audio-interval-msec', 5_000),
    param('hold-music', 'local_stream://moh'),
    param('manage-presence', false),
    param('accept-blind-reg', false),
    param('accept-blind-auth', false),
    param('log-auth-failures', true),
    param('watchdog-enabled', 'no'),
  ];
}

function trunkProfile(settings: FreeswitchSettings): string[] {
  const codecs = settings.trunkCodecs.join(',');
  return element('profile', { name: 'trunk' }, [
    ...element('settings', {}, [
      ...shared(settings),
      param('sip-port', settings.trunkPort),
      param('context', 'trunk'),
      '<!-- Trusted by address (acl.conf.xml); everybody else is refused. -->',
      param('auth-calls', false),
      param('apply-inbound-acl', 'trunks'),
      param('disable-register', true),
      param('inbound-codec-prefs', codecs),
      param('outbound-codec-prefs', codecs),
      param('local-network-acl', 'none'),
    ]),
  ]);
}

function endpointProfile(settings: FreeswitchSettings): string[] {
  const { address, domain, wsPort, wssPort } = settings;
  const codecs = settings.endpointCodecs.join(',');
  const tls = wssPort === undefined ? [] : [param('wss-binding', `${address}:${wssPort}`)];
  return element('profile', { name: 'internal' }, [
    ...element('domains', {}, element('domain', { name: 'all', alias: 'false', parse: 'false' }, [])),
    ...element('settings', {}, [
      ...shared(settings),
      param('sip-port', settings.endpointPort),
      param('ws-binding', `${address}:${wsPort}`),
      ...tls,
      param('context', 'agents'),
      '<!-- A credential of our server, minutes old, proves who it is. -->',
      param('auth-calls', true),
      param('auth-all-packets', false),
      param('inbound-reg-force-matching-username', true),
      param('force-register-domain', domain),
      param('force-register-db-domain', domain),
      param('force-subscription-domain', domain),
      param('challenge-realm', domain),
      param('multiple-registrations', 'contact'),
      param('max-reg-expires', 120),
      param('nonce-ttl', 60),
      param('inbound-codec-prefs', codecs),
      param('outbound-codec-prefs', codecs),
      '<!-- Where browsers may have their media: without this a page on another network has no audio. -->',
      param('apply-candidate-acl', 'browsers'),
      param('apply-nat-acl', 'none'),
      param('local-network-acl', 'none'),
    ]),
  ]);
}

export function sofiaFile(settings: FreeswitchSettings): string {
  return includeFile('SIP profiles', [
    ...element('configuration', { name: 'sofia.conf' }, [
      ...element('global_settings', {}, [param('log-level', 0), param('debug-presence', 0)]),
      ...element('profiles', {}, [...trunkProfile(settings), ...endpointProfile(settings)]),
    ]),
  ]);
}
