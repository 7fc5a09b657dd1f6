/** What the bench asks of the process in which its telephones live. Types only. */

export interface Snapshot {
  readonly atMs: number;
  readonly text: string;
}

export interface AgentsToStart {
  readonly server: string;
  readonly sip: { readonly host: string; readonly port: number };
  readonly logins: readonly { readonly login: string; readonly password: string }[];
  readonly speech: Int16Array;
  /** Where the control's streams are sent back. */
  readonly echoPort: number;
}

export interface LegGaps {
  readonly callerNumber: string;
  readonly way: 'caller to agent' | 'agent to caller';
  readonly rawGapsMs: readonly number[];
  readonly gapsMs: readonly number[];
  readonly sent: number;
  readonly lost: number;
}

/** All moments are wall-clock milliseconds. A caller is known by its number. */
export interface PhoneWork {
  dial(p: { readonly number: string; readonly uri: string; readonly toneHz: number | null }): Promise<null>;
  /** Waits for the greeting's first sound. */
  greeting(p: { readonly number: string }): Promise<{ readonly inviteAtMs: number; readonly soundAtMs: number }>;
  /** The first packet with this tone that came after a moment. */
  tone(p: { readonly number: string; readonly hz: number; readonly sinceMs: number }): Promise<number>;
  /** Speaks; resolves when the last sample is out, with the moment at which the packet with each sample was sent. */
  say(p: {
    readonly number: string;
    readonly pcm: Int16Array;
    readonly samples: readonly number[];
  }): Promise<readonly number[]>;
  hangUp(p: { readonly number: string }): Promise<null>;
  startAgents(p: AgentsToStart): Promise<null>;
  /** Numbers of the callers that the scripted agents talk to now. */
  talking(p: null): Promise<readonly string[]>;
  /** Everything that was shown to the scripted agents of their callers' words. */
  transcripts(p: null): Promise<readonly { readonly callerNumber: string; readonly shown: readonly Snapshot[] }[]>;
  gaps(p: { readonly fromMs: number; readonly toMs: number }): Promise<{
    readonly legs: readonly LegGaps[];
    /** Of streams through a bare echo at the same time. */
    readonly control: { readonly rawGapsMs: readonly number[]; readonly gapsMs: readonly number[] };
    /** How late this process itself was, at worst: a limit to what it can measure. */
    readonly ownDelayP999Ms: number;
    /** Time in which the host had taken one of the processors, in all. */
    readonly hostStalledMs: number;
  }>;
  stopAgents(p: null): Promise<null>;
  close(p: null): Promise<null>;
}

export interface Request {
  readonly id: number;
  readonly method: keyof PhoneWork;
  readonly params: unknown;
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };
