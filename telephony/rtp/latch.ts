/**
 * Which source address a leg believes (symmetric RTP). Pure.
 *
 * A far end behind a NAT sends from another address than its SDP says, so we answer to where its audio comes from.
 * That invites injection, therefore: the address of the SDP wins at once and for good; otherwise the first valid
 * packet locks; everybody else is ignored.
 */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export type LatchState =
  | { readonly name: 'open'; readonly described: Endpoint | undefined }
  | { readonly name: 'first-packet'; readonly described: Endpoint | undefined; readonly source: Endpoint }
  | { readonly name: 'described'; readonly described: Endpoint; readonly source: Endpoint };

/** Takes the address of a new SDP. The same address as before keeps what is locked. */
export function describe(state: LatchState | undefined, described: Endpoint | undefined): LatchState {
  // An SDP without an address (old-style hold, c=0.0.0.0) says nothing new.
  if (state !== undefined && (described === undefined || same(state.described, described))) return state;
  return { name: 'open', described };
}

/** Decides on one valid RTP packet. */
export function receive(state: LatchState, source: Endpoint): { state: LatchState; accepted: boolean } {
  const { described } = state;
  if (described !== undefined && same(described, source)) {
    return { state: state.name === 'described' ? state : { name: 'described', described, source }, accepted: true };
  }
  switch (state.name) {
    case 'open':
      return { state: { name: 'first-packet', described, source }, accepted: true };
    case 'first-packet':
      return { state, accepted: same(state.source, source) };
    case 'described':
      return { state, accepted: false };
  }
}

/** Where to send: the locked source, else the address of the SDP. */
export function destination(state: LatchState): Endpoint | undefined {
  return state.name === 'open' ? state.described : state.source;
}

/** True when an address may send us RTCP: it is the locked one or the described one. */
export function mayReport(state: LatchState, address: string): boolean {
  return address === state.described?.address || (state.name !== 'open' && address === state.source.address);
}

function same(a: Endpoint | undefined, b: Endpoint | undefined): boolean {
  return a?.address === b?.address && a?.port === b?.port;
}
