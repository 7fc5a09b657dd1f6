/** The far end's session description cannot be used: its fault, not ours, and trying again does not help. */
export class SdpError extends Error {
  override readonly name = 'SdpError';
}
