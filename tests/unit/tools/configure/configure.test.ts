import { describe, expect, test } from '@jest/globals';
import { drachtioFaults, drachtioFiles, type DrachtioSettings } from '../../../../tools/configure/drachtio-files.ts';
import { freeswitchFiles } from '../../../../tools/configure/freeswitch-files.ts';
import { freeswitchFaults, type FreeswitchSettings } from '../../../../tools/configure/freeswitch-settings.ts';
import { drachtioSteps, freeswitchSteps } from '../../../../tools/configure/next-steps.ts';
import { parseCommand } from '../../../../tools/configure/options.ts';
import { escapeXml } from '../../../../tools/configure/xml.ts';

const good: FreeswitchSettings = {
  name: 'fs1',
  address: '10.0.0.11',
  externalAddress: undefined,
  trunkPort: 5_080,
  endpointPort: 5_090,
  wsPort: 5_066,
  wssPort: undefined,
  domain: 'hotline.local',
  rtpPortMin: 20_000,
  rtpPortMax: 20_999,
  maxSessions: 499,
  sessionsPerSecond: 100,
  eventSocket: { address: '10.0.0.11', port: 8_021, password: 'a-password-of-some-length' },
  serverAddress: '10.0.0.5',
  directory: { url: 'http://10.0.0.5:12345/freeswitch/directory', token: 'token-of-some-length' },
  trunks: [{ name: '电信', addresses: ['203.0.113.0/28', '198.51.100.7'] }],
  peerAddresses: [],
  edgeAddress: undefined,
  trunkCodecs: ['PCMA', 'PCMU'],
  endpointCodecs: ['OPUS', 'PCMA'],
  musicDir: '$${conf_dir}/music',
  loadAudioFork: false,
};

const drachtio: DrachtioSettings = {
  address: '203.0.113.5',
  sipPort: 5_060,
  externalAddress: undefined,
  localNet: undefined,
  adminAddress: '127.0.0.1',
  adminPort: 9_022,
  secret: 'a-secret-of-some-length',
  metricsPort: 8_088,
  logFile: undefined,
};

const fileOf = (settings: FreeswitchSettings, path: string): string =>
  freeswitchFiles(settings).find((file) => file.path === path)?.text ?? '';

/** Every element is closed in the order it was opened; attributes are quoted. */
function isWellFormed(text: string): boolean {
  const open: string[] = [];
  const plain = text.replaceAll(/<!--(?:(?!--)[\s\S])*-->/g, '').replace(/^<\?xml [^>]*\?>/, '');
  const tags = plain.matchAll(/<(\/?)([A-Za-z_-]+)((?:\s+[a-z-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*)\s*(\/?)>/g);
  let covered = plain;
  for (const [whole, closes, name = '', , empty] of tags) {
    covered = covered.replace(whole, '');
    if (closes === '/') {
      if (open.pop() !== name) return false;
    } else if (empty !== '/') open.push(name);
  }
  return open.length === 0 && !/[<>]/.test(covered);
}

describe('FreeSWITCH files', () => {
  const variants: readonly FreeswitchSettings[] = [
    good,
    { ...good, edgeAddress: '10.0.0.6', wssPort: 7_443, externalAddress: '203.0.113.9', loadAudioFork: true },
    { ...good, directory: { ...good.directory, url: 'https://a.example/x?a=1&b=2' } },
  ];

  test.each(variants)('are well-formed, and survive the preprocessor (%#)', (settings) => {
    expect(freeswitchFaults(settings)).toEqual([]);
    for (const { path, text } of freeswitchFiles(settings)) {
      expect([path, isWellFormed(text)]).toEqual([path, true]);
      // A line that holds one of these is dropped whole.
      for (const line of text.split('\n').filter((l) => /<\/?include>/.test(l))) expect(line).toMatch(/^<\/?include>$/);
    }
  });

  test('no static users, no transfers by telephones, calls are found again', () => {
    expect(fileOf(good, 'directory/nobody.xml')).not.toContain('<user');
    const sofia = fileOf(good, 'autoload_configs/sofia.conf.xml');
    expect(sofia.match(/name="disable-transfer" value="true"/g)).toHaveLength(2);
    expect(sofia.match(/name="track-calls" value="true"/g)).toHaveLength(2);
  });

  test('the directory alone is asked over HTTP', () => {
    expect(fileOf(good, 'autoload_configs/xml_curl.conf.xml')).toContain('bindings="directory"');
  });

  test('trunks are let in by address; behind an edge that alone is', () => {
    const acl = (settings: FreeswitchSettings): string => fileOf(settings, 'autoload_configs/acl.conf.xml');
    expect(acl(good)).toContain('cidr="203.0.113.0/28"');
    expect(acl(good)).toContain('cidr="198.51.100.7/32"');
    const behind = acl({ ...good, edgeAddress: '10.0.0.6' });
    expect(behind).toContain('cidr="10.0.0.6/32"');
    expect(behind).not.toContain('203.0.113');
  });

  test('the other switches may call, with and without an edge', () => {
    const callers = (settings: FreeswitchSettings): string =>
      /<list name="trunks"[\s\S]*?<\/list>/.exec(fileOf(settings, 'autoload_configs/acl.conf.xml'))?.[0] ?? '';
    expect(callers(good)).not.toContain('10.0.0.12');
    const peerAddresses = ['10.0.0.12'];
    expect(callers({ ...good, peerAddresses })).toContain('cidr="10.0.0.12/32"');
    expect(callers({ ...good, peerAddresses, edgeAddress: '10.0.0.6' })).toContain('cidr="10.0.0.12/32"');
    // A call of another switch is of no trunk, and what it says of one is not believed.
    const dialplan = fileOf({ ...good, peerAddresses, edgeAddress: '10.0.0.6' }, 'dialplan/hotline.xml');
    expect(dialplan).toContain('^10\\.0\\.0\\.6~~(.{1,100})$');
  });

  test('the trunk header is read behind an edge only', () => {
    expect(fileOf(good, 'dialplan/hotline.xml')).not.toContain('X-Hotline-Trunk');
    expect(fileOf({ ...good, edgeAddress: '10.0.0.6' }, 'dialplan/hotline.xml')).toContain('sip_h_X-Hotline-Trunk');
  });

  test('what holds a password is marked so', () => {
    const { password } = good.eventSocket;
    for (const file of freeswitchFiles(good))
      expect([file.path, file.isSecret]).toEqual([
        file.path,
        file.text.includes(password) || file.text.includes(good.directory.token),
      ]);
  });

  test.each<[string, Partial<FreeswitchSettings>, string]>([
    ['any address', { address: '0.0.0.0' }, 'the one address'],
    ['a name as address', { address: 'switch.local' }, '--address must be an IPv4 address'],
    ['nobody could call', { trunks: [] }, 'nobody could call'],
    ['a switch by name', { peerAddresses: ['fs2.local'] }, '"fs2.local" must be an IPv4 address'],
    ['a bad range', { trunks: [{ name: 'a', addresses: ['10.0.0.0/40'] }] }, '"10.0.0.0/40" is neither'],
    ['a name that breaks the dial plan', { trunks: [{ name: '${x}', addresses: ['10.0.0.1'] }] }, 'does not bear'],
    ['the well-known password', { eventSocket: { ...good.eventSocket, password: 'ClueCon' } }, 'well-known'],
    ['one port twice', { wsPort: 5_080 }, 'port 5080 is used twice'],
    ['a port among those of audio', { wsPort: 20_500 }, 'lies in the range of audio'],
    ['too few ports', { maxSessions: 600 }, '600 calls need twice as many'],
    ['a codec nobody knows', { trunkCodecs: ['G999'] }, 'unknown codec "G999"'],
    ['a directory that is no address', { directory: { ...good.directory, url: 'ftp://x' } }, '--directory-url'],
  ])('refuses %s', (_what, change, words) => {
    expect(freeswitchFaults({ ...good, ...change }).join('\n')).toContain(words);
  });

  test('says what to do next', () => {
    const secrets = { eventSocketPassword: '/out/a', directoryToken: '/out/b' };
    expect(freeswitchSteps(good, '/out', secrets)).toContain('10.0.0.11:5080');
    expect(freeswitchSteps({ ...good, edgeAddress: '10.0.0.6' }, '/out', secrets)).toContain('edge.nodes');
  });
});

describe('drachtio file', () => {
  test('is well-formed and keeps call data out of the log', () => {
    const [file] = drachtioFiles({ ...drachtio, externalAddress: '203.0.113.9', localNet: '10.0.0.0/8' });
    expect(isWellFormed(file?.text ?? '')).toBe(true);
    expect(file?.text).toContain('external-ip="203.0.113.9" local-net="10.0.0.0/8"');
    expect(file?.text).toContain('<loglevel>notice</loglevel>');
    expect(drachtioSteps(drachtio, '/out', '/out/secret')).toContain('203.0.113.5:5060');
  });

  test.each<[string, Partial<DrachtioSettings>, string]>([
    ['any address', { address: '0.0.0.0' }, 'the one address'],
    ['a short secret', { secret: 'cymru' }, 'at least 12'],
    ['a bad network', { localNet: 'home' }, '--local-net'],
    ['one port for both', { adminPort: 5_060 }, 'must differ'],
  ])('refuses %s', (_what, change, words) => {
    expect(drachtioFaults({ ...drachtio, ...change }).join('\n')).toContain(words);
  });
});

describe('command line', () => {
  test.each([
    [['freeswitch', '--address', '10.0.0.1'], 'freeswitch'],
    [['drachtio'], 'drachtio'],
    [[], 'help'],
    [['freeswitch', '--help'], 'help'],
    [['asterisk'], 'wrong'],
    [['drachtio', '--event-port', '1'], 'wrong'],
  ])('%j is %s', (argv, type) => {
    expect(parseCommand(argv).type).toBe(type);
  });

  test('XML is escaped', () => {
    expect(escapeXml(`<a href="b">&'`)).toBe('&#60;a href=&#34;b&#34;&#62;&#38;&#39;');
  });
});
