/**
 * A FreeSWITCH of words only: speaks the event socket as the recorded sessions do (tests/golden/esl), error texts
 * included, and keeps channels that ring, answer, park, join and end. No SIP and no media.
 */
import { randomUUID } from 'node:crypto';
import { FakeEventSocket, type Fields } from './fake-event-socket.ts';

export interface FakeChannel {
  readonly uuid: string;
  readonly direction: 'inbound' | 'outbound';
  readonly variables: Record<string, string>;
  readonly caller: string;
  readonly destination: string;
  answer: 'ringing' | 'early' | 'answered' | 'hangup';
  state: string;
  application: string;
  peer: string | undefined;
  playing: { readonly id: string; readonly path: string; readonly loops: number } | undefined;
}

/** How the far end of a dialled channel behaves. */
export type FarEnd = 'answer' | 'ring' | { readonly refuse: string; readonly status: number };

const GONE = {
  kill: '-ERR No such channel!\n',
  answer: '-ERROR\n',
  bridge: '-ERR Invalid uuid\n',
  record: '-ERR Cannot locate session!\n',
} as const;

export class FakeFreeswitch extends FakeEventSocket {
  readonly channels = new Map<string, FakeChannel>();
  coreUuid: string = randomUUID();
  farEnd: FarEnd = 'answer';
  modules = new Set(['mod_audio_fork']);
  registrations: { reg_user: string; token: string }[] = [];

  /** A call from outside comes to park. */
  incoming(caller = '13800138000', variables: Fields = {}, destination = '12345'): FakeChannel {
    const channel = this.#make('inbound', { caller, destination, variables });
    this.#emit('CHANNEL_CREATE', channel);
    channel.application = 'park';
    this.#emit('CHANNEL_PARK', channel);
    return channel;
  }

  /** The far end hangs up, cancels or is ended. */
  hangup(channel: FakeChannel, cause = 'NORMAL_CLEARING', disposition = 'recv_bye', more: Fields = {}): void {
    if (!this.channels.delete(channel.uuid)) return;
    channel.answer = 'hangup';
    const fields = { 'Hangup-Cause': cause, variable_sip_hangup_disposition: disposition, ...more };
    if (channel.playing !== undefined) this.#endPlay(channel, 'PLAYBACK ERROR');
    const peer = this.#peerOf(channel);
    this.#emit('CHANNEL_HANGUP_COMPLETE', channel, fields);
    if (peer !== undefined) this.#park(peer);
  }

  digit(channel: FakeChannel, digit: string): void {
    this.#emit('DTMF', channel, { 'DTMF-Digit': digit, 'DTMF-Duration': '960' });
  }

  /** A report of RTCP, sent or received. */
  report(channel: FakeChannel, name: 'SEND_RTCP_MESSAGE' | 'RECV_RTCP_MESSAGE', more: Fields): void {
    this.send(name, { 'Event-Name': name, 'Unique-ID': channel.uuid, ...more }, name);
  }

  /** The playing file comes to its end. */
  played(channel: FakeChannel): void {
    if (channel.playing !== undefined) this.#endPlay(channel, 'FILE PLAYED');
  }

  registered(user: string, name: 'sofia::register' | 'sofia::unregister' | 'sofia::expire', callId: string): void {
    this.send('CUSTOM', { 'Event-Subclass': name, 'from-user': user, 'call-id': callId }, name);
  }

  /** A new life: channels of the old one are gone unless they are kept, as `sofia recover` would. */
  reborn(keep: readonly FakeChannel[]): void {
    this.coreUuid = randomUUID();
    for (const uuid of [...this.channels.keys()]) if (!keep.some((c) => c.uuid === uuid)) this.channels.delete(uuid);
    for (const channel of keep)
      for (const name of Object.keys(channel.variables)) if (name.startsWith('hl_m_')) channel.variables[name] = '';
  }

  #make(
    direction: FakeChannel['direction'],
    at: { caller: string; destination: string; variables: Fields; uuid?: string },
  ): FakeChannel {
    const { caller, destination, variables, uuid = randomUUID() } = at;
    const channel: FakeChannel = {
      ...{ uuid, direction, caller, destination, variables: { ...variables } },
      ...{ answer: 'ringing', state: 'CS_EXECUTE', application: '', peer: undefined, playing: undefined },
    };
    this.channels.set(uuid, channel);
    return channel;
  }

  protected override api(words: readonly string[]): string {
    const [name = '', a = '', ...rest] = words;
    const channel = this.channels.get(a);
    switch (name) {
      case 'status':
        return 'UP 0 years\n';
      case 'echo':
        return words.slice(1).join(' ');
      case 'expand':
        // As the real one does: names of an event's fields, where a variable has its prefix; anything else is empty.
        return words
          .slice(3)
          .join(' ')
          .replaceAll(
            /\$\{(?:variable_)?(\w+)\}/g,
            (whole: string, name: string) =>
              (whole.startsWith('${variable_') ? this.channels.get(a.slice('uuid:'.length))?.variables[name] : '') ??
              '',
          );
      case 'strepoch':
        return String(Math.floor(Date.now() / 1_000));
      case 'global_getvar':
        return this.coreUuid;
      case 'sofia':
        return a === 'recover' ? 'Recovered 0 call(s)\n' : '+OK\n';
      case 'module_exists':
        return this.modules.has(a) ? 'true' : 'false';
      case 'show':
        return this.#show(a);
      case 'uuid_exists':
        return channel === undefined ? 'false' : 'true';
      case 'uuid_hold':
        return '+OK Success\n';
      case 'uuid_dump':
        return channel === undefined ? GONE.kill : JSON.stringify(this.#fields('CHANNEL_DATA', channel));
      case 'uuid_answer':
        return channel === undefined ? GONE.answer : this.#answer(channel);
      case 'uuid_kill':
        return channel === undefined ? GONE.kill : this.#kill(channel, rest[0] ?? 'NORMAL_CLEARING');
      case 'uuid_setvar_multi':
        return channel === undefined ? GONE.kill : setVariables(channel, rest.join(' '));
      case 'uuid_getvar':
        return channel === undefined ? GONE.kill : (channel.variables[rest[0] ?? ''] ?? '_undef_');
      case 'uuid_break':
        return channel === undefined ? GONE.kill : this.#break(channel);
      case 'uuid_bridge':
        return this.#bridge(channel, this.channels.get(rest[0] ?? ''));
      case 'uuid_transfer':
        return channel === undefined ? GONE.kill : this.#transfer(channel, rest);
      case 'uuid_record':
        return channel === undefined ? GONE.record : this.#record(channel, rest);
      case 'uuid_recv_dtmf':
        return channel === undefined ? GONE.record : `+OK ${a} received DTMF ${rest[0] ?? ''}.\n`;
      case 'uuid_set_media_stats':
      case 'uuid_audio_fork':
        return channel === undefined ? '-ERR Operation Failed\n' : '+OK Success\n';
      default:
        return `-ERR ${name} Command not found!\n`;
    }
  }

  #show(what: string): string {
    if (what === 'registrations')
      return JSON.stringify({ row_count: this.registrations.length, rows: this.registrations });
    const rows = [...this.channels.values()].map((c) => ({
      uuid: c.uuid,
      direction: c.direction,
      created_epoch: '1000',
    }));
    return JSON.stringify(rows.length === 0 ? { row_count: 0 } : { row_count: rows.length, rows });
  }

  #answer(channel: FakeChannel): string {
    channel.answer = 'answered';
    this.#emit('CHANNEL_ANSWER', channel);
    return '+OK\n';
  }

  #kill(channel: FakeChannel, cause: string): string {
    const sent =
      channel.answer === 'answered' ? 'send_bye' : channel.direction === 'inbound' ? 'send_refuse' : 'send_cancel';
    this.hangup(channel, cause, sent);
    return '+OK\n';
  }

  #bridge(a: FakeChannel | undefined, b: FakeChannel | undefined): string {
    if (a === undefined || b === undefined) return GONE.bridge;
    for (const one of [a, b]) {
      if (one.playing !== undefined) this.#endPlay(one, 'PLAYBACK ERROR');
      const peer = this.#peerOf(one);
      if (peer !== undefined && peer !== a && peer !== b) this.#park(peer);
    }
    a.peer = b.uuid;
    b.peer = a.uuid;
    a.state = 'CS_SOFT_EXECUTE';
    b.state = 'CS_EXCHANGE_MEDIA';
    this.#emit('CHANNEL_BRIDGE', a, { 'Bridge-A-Unique-ID': a.uuid, 'Bridge-B-Unique-ID': b.uuid });
    return `+OK ${b.uuid}\n`;
  }

  #transfer(channel: FakeChannel, words: readonly string[]): string {
    const both = words[0] === '-both' ? this.#peerOf(channel) : undefined;
    const to = words.find((w) => w !== '-both') ?? '';
    const left = both === undefined ? this.#peerOf(channel) : undefined;
    for (const one of both === undefined ? [channel] : [both, channel]) {
      one.peer = undefined;
      one.application = to.split(':', 1)[0] ?? '';
      if (to === 'park') this.#park(one);
      else if (to.startsWith('conference:'))
        this.send(
          'CUSTOM',
          {
            ...this.#fields('CUSTOM', one),
            'Event-Subclass': 'conference::maintenance',
            Action: 'add-member',
            'Conference-Name': to.slice('conference:'.length).split('@', 1)[0] ?? '',
          },
          'conference::maintenance',
        );
    }
    if (left !== undefined) this.#park(left);
    return '+OK\n';
  }

  #record(channel: FakeChannel, [action = '', path = '']: readonly string[]): string {
    const file = { 'Record-File-Path': path };
    if (action === 'start') this.#emit('RECORD_START', channel, file);
    if (action === 'stop')
      this.#emit('RECORD_STOP', channel, { ...file, variable_record_ms: '1000', variable_record_file_size: '32044' });
    return '+OK Success\n';
  }

  #break(channel: FakeChannel): string {
    if (channel.playing !== undefined) {
      this.#emit('PLAYBACK_STOP', channel, { ...playFields(channel.playing.path), 'Playback-Status': 'break' });
      this.#endPlay(channel, 'FILE PLAYED');
    }
    return '+OK\n';
  }

  protected override message(uuid: string, headers: readonly string[]): string {
    const channel = this.channels.get(uuid);
    if (channel === undefined) return `-ERR invalid session id [${uuid}]`;
    const header = (name: string): string =>
      (headers.find((h) => h.toLowerCase().startsWith(`${name}:`)) ?? '').slice(name.length + 1).trim();
    const app = header('execute-app-name');
    if (app === 'ring_ready') this.#emit('CHANNEL_PROGRESS', channel);
    if (app === 'pre_answer') {
      channel.answer = 'early';
      this.#emit('CHANNEL_PROGRESS_MEDIA', channel);
    }
    if (app === 'playback')
      this.#play(channel, header('execute-app-arg'), header('event-uuid'), Number(header('loops') || 1));
    return '+OK';
  }

  #play(channel: FakeChannel, path: string, id: string, loops: number): void {
    channel.playing = { id, path, loops };
    if (path.includes('missing')) this.#endPlay(channel, 'FILE NOT FOUND');
    else this.#emit('PLAYBACK_START', channel, playFields(path));
  }

  #endPlay(channel: FakeChannel, response: string): void {
    const { playing } = channel;
    if (playing === undefined) return;
    channel.playing = undefined;
    const application = { Application: 'playback', 'Application-Data': playing.path, 'Application-UUID': playing.id };
    this.#emit('CHANNEL_EXECUTE_COMPLETE', channel, {
      ...application,
      'Application-Response': response,
      variable_playback_ms: '1000',
    });
  }

  #park(channel: FakeChannel): void {
    channel.peer = undefined;
    channel.state = 'CS_EXECUTE';
    channel.application = 'park';
    this.#emit('CHANNEL_PARK', channel);
  }

  #peerOf(channel: FakeChannel): FakeChannel | undefined {
    return channel.peer === undefined ? undefined : this.channels.get(channel.peer);
  }

  protected override background(command: string, job: string): void {
    const list = /^originate \{(.*)\}(\S+) &park\(\)$/.exec(command);
    const variables = Object.fromEntries(
      [...(list?.[1] ?? '').matchAll(/([A-Za-z0-9_-]+)='([^']*)'/g)].map((m) => [m[1] ?? '', m[2] ?? '']),
    );
    const uuid = variables['origination_uuid'];
    const at = { caller: '12345', destination: list?.[2] ?? '', variables, ...(uuid === undefined ? {} : { uuid }) };
    const channel = this.#make('outbound', at);
    this.#emit('CHANNEL_CREATE', channel);
    const { farEnd } = this;
    if (typeof farEnd === 'object') {
      const more = {
        variable_sip_invite_failure_status: String(farEnd.status),
        variable_sip_term_status: String(farEnd.status),
      };
      this.hangup(channel, farEnd.refuse, 'recv_refuse', more);
      this.#job(job, `-ERR ${farEnd.refuse}\n`);
      return;
    }
    this.#emit('CHANNEL_PROGRESS', channel);
    if (farEnd === 'answer') this.pickUp(channel, job);
  }

  /** The far end of a ringing channel answers. */
  pickUp(channel: FakeChannel, job = ''): void {
    channel.answer = 'answered';
    this.#emit('CHANNEL_ANSWER', channel);
    this.#park(channel);
    if (job !== '') this.#job(job, `+OK ${channel.uuid}\n`);
  }

  #job(job: string, body: string): void {
    this.send('BACKGROUND_JOB', { 'Job-UUID': job, _body: body }, 'BACKGROUND_JOB');
  }

  #emit(name: string, channel: FakeChannel, more: Fields = {}): void {
    this.send(name, { ...this.#fields(name, channel), ...more }, name);
  }

  #fields(name: string, channel: FakeChannel): Fields {
    const variables = Object.entries(channel.variables).filter(([, value]) => value !== '');
    return {
      'Event-Name': name,
      'Event-Date-Timestamp': String(Date.now() * 1_000),
      'Unique-ID': channel.uuid,
      'Call-Direction': channel.direction,
      'Answer-State': channel.answer,
      'Channel-State': channel.state,
      'Channel-Name': `sofia/trunk/${channel.caller}`,
      'Caller-Caller-ID-Number': channel.caller,
      'Caller-Destination-Number': channel.destination,
      'Caller-Channel-Answered-Time': channel.answer === 'answered' ? String(Date.now() * 1_000) : '0',
      variable_current_application: channel.application,
      ...(channel.peer === undefined
        ? {}
        : { variable_signal_bond: channel.peer, 'Other-Leg-Unique-ID': channel.peer }),
      ...Object.fromEntries(variables.map(([key, value]) => [`variable_${key}`, value])),
    };
  }
}

function playFields(path: string): Fields {
  return { 'Playback-File-Path': path, hl_play: /^\{hl_play=([^}]*)\}/.exec(path)?.[1] ?? '' };
}

function setVariables(channel: FakeChannel, list: string): string {
  for (const part of list.split(';')) {
    const at = part.indexOf('=');
    if (at > 0) channel.variables[part.slice(0, at)] = part.slice(at + 1);
  }
  return '+OK\n';
}
