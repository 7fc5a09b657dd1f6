/** A FreeSWITCH configuration for tests: one trunk profile, one endpoint profile, users from our directory only. */

export interface TestConfiguration {
  readonly eventPort: number;
  readonly password: string;
  readonly trunkPort: number;
  readonly endpointPort: number;
  readonly wsPort: number;
  readonly rtpPorts: readonly [number, number];
  readonly domain: string;
  readonly directoryUrl: string;
  readonly directoryToken: string;
  readonly dir: string;
  readonly modules: readonly string[];
  /** Name under which its calls are tracked for recovery; must stay over a restart. */
  readonly switchName: string;
}

const param = (name: string, value: string | number): string => `<param name="${name}" value="${value}"/>`;
const params = (entries: Readonly<Record<string, string | number>>): string =>
  Object.entries(entries)
    .map(([name, value]) => param(name, value))
    .join('\n');

/** `freeswitch.xml`, whole. */
export function freeswitchXml(c: TestConfiguration): string {
  return `<?xml version="1.0"?>
<document type="freeswitch/xml">
<section name="configuration">
<configuration name="modules.conf"><modules>
${c.modules.map((m) => `<load module="${m}"/>`).join('\n')}
</modules></configuration>
<configuration name="post_load_modules.conf"><modules/></configuration>
<configuration name="switch.conf"><settings>
${params({
  'max-sessions': 3_000,
  'sessions-per-second': 1_000,
  loglevel: 'warning',
  'rtp-start-port': c.rtpPorts[0],
  'rtp-end-port': c.rtpPorts[1],
  switchname: c.switchName,
  'dump-cores': 'no',
})}
</settings></configuration>
<configuration name="console.conf"><mappings><map name="all" value="err,crit,alert"/></mappings><settings>${param('colorize', 'false')}${param('loglevel', 'err')}</settings></configuration>
<configuration name="logfile.conf"><settings>${param('rotate-on-hup', 'true')}</settings><profiles><profile name="default"><settings>${param('logfile', `${c.dir}/log/freeswitch.log`)}${param('rollover', 10_000_000)}</settings><mappings><map name="all" value="notice,warning,err,crit,alert"/></mappings></profile></profiles></configuration>
<configuration name="event_socket.conf"><settings>
${params({ 'nat-map': 'false', 'listen-ip': '127.0.0.1', 'listen-port': c.eventPort, password: c.password })}
</settings></configuration>
<configuration name="acl.conf"><network-lists>
<list name="trunks" default="deny"><node type="allow" cidr="127.0.0.0/8"/></list>
<list name="loopback_ok" default="deny"><node type="allow" cidr="127.0.0.0/8"/></list>
</network-lists></configuration>
<configuration name="timezones.conf"><timezones/></configuration>
<configuration name="local_stream.conf"></configuration>
<configuration name="conference.conf"><advertise/><caller-controls/><profiles>
<profile name="hotline">${params({ rate: 8_000, interval: 20, 'energy-level': 0, 'comfort-noise': 'false', 'caller-controls': 'none' })}</profile>
</profiles></configuration>
<configuration name="xml_curl.conf"><bindings><binding name="directory">
${param('gateway-url', c.directoryUrl).replace('/>', ' bindings="directory"/>')}
${params({ 'gateway-credentials': `freeswitch:${c.directoryToken}`, 'auth-scheme': 'basic', timeout: 3, method: 'POST' })}
</binding></bindings></configuration>
<configuration name="sofia.conf"><global_settings>${param('log-level', 0)}</global_settings><profiles>
${trunkProfile(c)}
${endpointProfile(c)}
</profiles></configuration>
</section>
<section name="dialplan">
<context name="trunk">${parkExtension('')}</context>
<context name="agents">${parkExtension('')}</context>
</section>
<section name="directory"></section>
</document>
`;
}

function parkExtension(extra: string): string {
  return `<extension name="park"><condition field="destination_number" expression="^(.*)$">
<action application="multiset" data="park_after_bridge=true hangup_after_bridge=false fire_rtcp_events=true media_timeout=60000"/>
${extra}<action application="park"/></condition></extension>`;
}

function trunkProfile(c: TestConfiguration): string {
  return `<profile name="trunk"><settings>${params({
    'track-calls': 'true',
    'sip-ip': '127.0.0.1',
    'rtp-ip': '127.0.0.1',
    'sip-port': c.trunkPort,
    context: 'trunk',
    dialplan: 'XML',
    'auth-calls': 'false',
    'apply-inbound-acl': 'trunks',
    'disable-register': 'true',
    'disable-transfer': 'true',
    ...common,
  })}</settings></profile>`;
}

function endpointProfile(c: TestConfiguration): string {
  return `<profile name="internal"><domains><domain name="all" alias="false" parse="false"/></domains><settings>${params(
    {
      'track-calls': 'true',
      'sip-ip': '127.0.0.1',
      'rtp-ip': '127.0.0.1',
      'sip-port': c.endpointPort,
      'ws-binding': `127.0.0.1:${c.wsPort}`,
      context: 'agents',
      dialplan: 'XML',
      'auth-calls': 'true',
      'accept-blind-reg': 'false',
      'inbound-reg-force-matching-username': 'true',
      'force-register-domain': c.domain,
      'force-register-db-domain': c.domain,
      'challenge-realm': c.domain,
      'apply-candidate-acl': 'loopback_ok',
      'apply-nat-acl': 'none',
      'nonce-ttl': 60,
      'multiple-registrations': 'contact',
      'disable-transfer': 'true',
      ...common,
    },
  )}</settings></profile>`;
}

const common = {
  'inbound-codec-prefs': 'PCMA,PCMU',
  'outbound-codec-prefs': 'PCMA,PCMU',
  'inbound-codec-negotiation': 'generous',
  'inbound-late-negotiation': 'true',
  'rtp-timer-name': 'soft',
  'dtmf-type': 'rfc2833',
  'rfc2833-pt': 101,
  'manage-presence': 'false',
  'enable-timer': 'false',
  'rtcp-audio-interval-msec': 1_000,
  'watchdog-enabled': 'no',
} as const;
