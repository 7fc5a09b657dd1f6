/** The configuration of one FreeSWITCH: file name → text. Pure; FreeSWITCH reads nothing else. */
import { anyIpv4, type FreeswitchSettings } from './freeswitch-settings.ts';
import { sofiaFile } from './freeswitch-sofia.ts';
import { element, escapeXml, includeFile, indent, param } from './xml.ts';

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  /** Holds a password: for its owner alone. */
  readonly isSecret: boolean;
}

const modules = [
  ...['mod_console', 'mod_logfile', 'mod_event_socket', 'mod_xml_curl', 'mod_commands', 'mod_dptools'],
  ...['mod_dialplan_xml', 'mod_hash', 'mod_db', 'mod_expr', 'mod_sofia', 'mod_loopback', 'mod_rtc', 'mod_opus'],
  ...['mod_sndfile', 'mod_native_file', 'mod_tone_stream', 'mod_local_stream', 'mod_conference'],
];

const settingsOf = (name: string, params: readonly string[]): string[] =>
  element('configuration', { name }, element('settings', {}, params));

function main(): string {
  const include = (file: string): string => `<X-PRE-PROCESS cmd="include" data="${file}"/>`;
  const section = (name: string, file: string): string[] => [
    `<section name="${name}">`,
    ...indent([include(file)]),
    '</section>',
  ];
  return [
    '<?xml version="1.0"?>',
    '<document type="freeswitch/xml">',
    ...indent([
      ...section('configuration', 'autoload_configs/*.xml'),
      ...section('dialplan', 'dialplan/*.xml'),
      ...section('directory', 'directory/*.xml'),
    ]),
    '</document>',
    '',
  ].join('\n');
}

function modulesFile({ loadAudioFork }: FreeswitchSettings): string {
  const all = [...modules, ...(loadAudioFork ? ['mod_audio_fork'] : [])];
  const loads = all.map((module) => `<load module="${module}"/>`);
  return includeFile('What is loaded, and nothing else', [
    ...element('configuration', { name: 'modules.conf' }, element('modules', {}, loads)),
    ...element('configuration', { name: 'post_load_modules.conf' }, element('modules', {}, [])),
  ]);
}

function coreFile(settings: FreeswitchSettings): string {
  return includeFile('Limits and logs', [
    ...settingsOf('switch.conf', [
      param('switchname', settings.name),
      param('max-sessions', settings.maxSessions),
      param('sessions-per-second', settings.sessionsPerSecond),
      param('rtp-start-port', settings.rtpPortMin),
      param('rtp-end-port', settings.rtpPortMax),
      param('loglevel', 'notice'),
      param('dump-cores', 'no'),
    ]),
    ...element('configuration', { name: 'console.conf' }, [
      ...element('mappings', {}, ['<map name="all" value="warning,err,crit,alert"/>']),
      ...element('settings', {}, [param('colorize', false), param('loglevel', 'warning')]),
    ]),
    ...element('configuration', { name: 'logfile.conf' }, [
      ...element('settings', {}, [param('rotate-on-hup', true)]),
      ...element(
        'profiles',
        {},
        element('profile', { name: 'default' }, [
          ...element('settings', {}, [param('rollover', 104_857_600), param('maximum-rotate', 10)]),
          ...element('mappings', {}, ['<map name="all" value="notice,warning,err,crit,alert"/>']),
        ]),
      ),
    ]),
    ...element('configuration', { name: 'timezones.conf' }, element('timezones', {}, [])),
    ...settingsOf('db.conf', [param('max-db-handles', 50)]),
    ...settingsOf('opus.conf', [param('use-vbr', 1)]),
  ]);
}

function eventSocketFile({ eventSocket }: FreeswitchSettings): string {
  return includeFile('How our server drives this switch; keep the password to yourself', [
    ...settingsOf('event_socket.conf', [
      param('nat-map', false),
      param('listen-ip', eventSocket.address),
      param('listen-port', eventSocket.port),
      param('password', eventSocket.password),
      param('apply-inbound-acl', 'server'),
    ]),
  ]);
}

/** One list of who may call, and one for each trunk, by which a call is told apart. */
function aclFile({ trunks, edgeAddress, serverAddress, peerAddresses }: FreeswitchSettings): string {
  const list = (name: string, cidrs: readonly string[]): string[] =>
    element(
      'list',
      { name, default: 'deny' },
      cidrs.map((cidr) => `<node type="allow" cidr="${escapeXml(cidr.includes('/') ? cidr : `${cidr}/32`)}"/>`),
    );
  const callers = edgeAddress === undefined ? trunks.flatMap(({ addresses }) => addresses) : [edgeAddress];
  const each = edgeAddress === undefined ? trunks.flatMap((t, i) => list(`trunk-${i + 1}`, t.addresses)) : [];
  return includeFile('Who may call, who may command', [
    ...element('configuration', { name: 'acl.conf' }, [
      ...element('network-lists', {}, [
        // The other switches, too: they pass on calls to agents who are registered here.
        ...list('trunks', [...new Set([...callers, ...peerAddresses])]),
        ...each,
        ...list('server', [...new Set([serverAddress, '127.0.0.1'])]),
        ...list('browsers', [anyIpv4]),
      ]),
    ]),
  ]);
}

function mediaFile({ musicDir }: FreeswitchSettings): string {
  const music = element('directory', { name: 'moh', path: musicDir }, [
    ...[param('rate', 8_000), param('shuffle', false), param('channels', 1)],
    ...[param('interval', 20), param('timer-name', 'soft')],
  ]);
  const profile = element('profile', { name: 'hotline' }, [
    ...[param('domain', 'hotline'), param('rate', 8_000), param('interval', 20), param('energy-level', 100)],
    ...[param('comfort-noise', false), param('caller-controls', 'none'), param('auto-record', '')],
  ]);
  return includeFile('Music and conferences', [
    ...element('configuration', { name: 'local_stream.conf' }, music),
    ...element('configuration', { name: 'conference.conf' }, [
      ...element('advertise', {}, []),
      ...element('caller-controls', {}, element('group', { name: 'none' }, [])),
      ...element('profiles', {}, profile),
    ]),
  ]);
}

/** Only the directory is asked for over HTTP: the dial plan would be asked for with every call, one at a time. */
function xmlCurlFile({ directory }: FreeswitchSettings): string {
  return includeFile('Who may register: our server is asked', [
    ...element('configuration', { name: 'xml_curl.conf' }, [
      ...element(
        'bindings',
        {},
        element('binding', { name: 'hotline' }, [
          `<param name="gateway-url" value="${escapeXml(directory.url)}" bindings="directory"/>`,
          param('gateway-credentials', `freeswitch:${directory.token}`),
          ...[param('auth-scheme', 'basic'), param('method', 'POST'), param('timeout', 2)],
        ]),
      ),
    ]),
  ]);
}

const action = (application: string, data = '', inline = false): string =>
  `<action application="${application}"${data === '' ? '' : ` data="${escapeXml(data)}"`}${inline ? ' inline="true"' : ''}/>`;

function extension(
  name: string,
  field: string,
  expression: string,
  actions: readonly string[],
  goesOn = false,
): string[] {
  const condition = element('condition', { field, expression }, actions);
  return element('extension', goesOn ? { name, continue: 'true' } : { name }, condition);
}

/** Every call is parked; what then becomes of it is our server's decision, also when it is started anew meanwhile. */
function parkAll(name: string): string[] {
  return extension(name, 'destination_number', '^.{1,64}$', [
    '<!-- A caller who has gone without a word (no RTP, no RTCP for a minute) does not hold a line for ever. -->',
    action('multiset', 'park_after_bridge=true hangup_after_bridge=false fire_rtcp_events=true media_timeout=60000'),
    action('park'),
  ]);
}

/** Which trunk a call is of. A header is believed from the edge alone, which lets nobody else send it. */
function trunkNames({ trunks, edgeAddress }: FreeswitchSettings): string[] {
  if (edgeAddress !== undefined) {
    const fromEdge = `\${network_addr}~~\${sip_h_X-Hotline-Trunk}`;
    const expression = `^${edgeAddress.replaceAll('.', '\\.')}~~(.{1,100})$`;
    return extension('trunk-of-edge', fromEdge, expression, [action('set', 'hl_trunk=$1', true)], true);
  }
  return trunks.flatMap(({ name }, i) =>
    extension(
      `trunk-${i + 1}`,
      `\${acl(\${network_addr} trunk-${i + 1})}`,
      '^true$',
      [action('set', `hl_trunk=${name}`, true)],
      true,
    ),
  );
}

function dialplanFile(settings: FreeswitchSettings): string {
  return includeFile('Calls are parked for our server', [
    ...element('context', { name: 'trunk' }, [...trunkNames(settings), ...parkAll('park')]),
    ...element('context', { name: 'agents' }, parkAll('park')),
  ]);
}

function directoryFile({ domain }: FreeswitchSettings): string {
  const comment =
    'No users here, ever: FreeSWITCH looks into this file when our server gives no answer, and would let them in';
  return includeFile(comment, element('domain', { name: domain }, element('groups', {}, [])));
}

export function freeswitchFiles(settings: FreeswitchSettings): readonly ConfigFile[] {
  const file = (path: string, text: string, isSecret = false): ConfigFile => ({ path, text, isSecret });
  return [
    file('freeswitch.xml', main()),
    file('autoload_configs/acl.conf.xml', aclFile(settings)),
    file('autoload_configs/core.conf.xml', coreFile(settings)),
    file('autoload_configs/event_socket.conf.xml', eventSocketFile(settings), true),
    file('autoload_configs/media.conf.xml', mediaFile(settings)),
    file('autoload_configs/modules.conf.xml', modulesFile(settings)),
    file('autoload_configs/sofia.conf.xml', sofiaFile(settings)),
    file('autoload_configs/xml_curl.conf.xml', xmlCurlFile(settings), true),
    file('dialplan/hotline.xml', dialplanFile(settings)),
    file('directory/nobody.xml', directoryFile(settings)),
  ];
}
