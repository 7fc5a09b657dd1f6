/** What the softphone and the web phone share of sip.js: its settings and a quiet ear for its faults. */
import { UserAgent, Web } from 'sip.js';
import type { Session, UserAgentDelegate } from 'sip.js';
import type { Microphone } from './microphone.ts';
import type { SipCredentials } from './types.ts';

/** One id per browser, kept: a fixed `+sip.instance` makes a new registration replace the old one (RFC 5626 §4.1). */
function instanceId(): string {
  const key = 'hotline.sip-instance';
  const known = localStorage.getItem(key);
  if (known !== null) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  localStorage.setItem(key, id);
  return id;
}

/** A user agent that takes its audio from our microphone and never reconnects by itself: the loop is ours. */
export function makeUserAgent(
  credentials: SipCredentials,
  microphone: Microphone,
  delegate: UserAgentDelegate,
): UserAgent {
  const uri = UserAgent.makeURI(credentials.uri);
  if (uri === undefined) throw new Error('bad SIP address in credentials');
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  const factory = Web.defaultSessionDescriptionHandlerFactory(() => microphone.streamForCall());
  return new UserAgent({
    uri,
    authorizationUsername: credentials.username,
    authorizationPassword: credentials.password,
    instanceId: instanceId(),
    delegate,
    reconnectionAttempts: 0,
    transportOptions: {
      server: `${scheme}://${window.location.host}${credentials.wsPath}`,
      connectionTimeout: 6,
      keepAliveInterval: 20,
    },
    sessionDescriptionHandlerFactory: factory,
    sessionDescriptionHandlerFactoryOptions: {
      iceGatheringTimeout: 500,
      // One stream, so nothing to bundle: `max-bundle` would refuse an offer without a BUNDLE group, as FreeSWITCH makes.
      peerConnectionConfiguration: { iceServers: [...credentials.iceServers] },
    },
    logBuiltinEnabled: false,
    logLevel: 'error',
    // The page's own words: the library's name would tell strangers which version runs.
    userAgentString: 'hotline12345-page',
  });
}

/** The web handler of a session, once there is one. */
export function mediaOf(session: Session | null): Web.SessionDescriptionHandler | null {
  const handler = session?.sessionDescriptionHandler;
  return handler instanceof Web.SessionDescriptionHandler ? handler : null;
}

/** An `<audio>` on the page that plays the other side; kept in the document so that people and tests can find it. */
export function callAudio(): HTMLAudioElement {
  const known = document.getElementById('call-audio');
  if (known instanceof HTMLAudioElement) return known;
  const audio = document.createElement('audio');
  audio.id = 'call-audio';
  audio.autoplay = true;
  document.body.append(audio);
  return audio;
}

/** Lets the other side be heard; `onBlocked` when the browser wants a click first. */
export function playRemote(session: Session, onBlocked: () => void): void {
  const media = mediaOf(session);
  if (media === null) return;
  const audio = callAudio();
  // Setting the same stream again would start the element anew.
  if (audio.srcObject !== media.remoteMediaStream) audio.srcObject = media.remoteMediaStream;
  audio.play().catch((error: unknown) => {
    // Interrupted by the stream of a newer call, it goes on by itself.
    if (error instanceof DOMException && error.name === 'NotAllowedError') onBlocked();
  });
}

/** Mutes by disabling the sender's track; the line keeps running with silence. */
export function setSenderMuted(session: Session | null, muted: boolean): void {
  for (const sender of mediaOf(session)?.peerConnection?.getSenders() ?? []) {
    if (sender.track !== null) sender.track.enabled = !muted;
  }
}

/** Puts another microphone's track in place of the one that went away; no new negotiation is needed. */
export async function replaceSenderTrack(session: Session | null, stream: MediaStream): Promise<void> {
  const track = stream.getAudioTracks()[0] ?? null;
  for (const sender of mediaOf(session)?.peerConnection?.getSenders() ?? []) await sender.replaceTrack(track);
}
