/** Names of drafts: the call's own, and one more for a second matter of the same call. Pure. */

const SECOND = ':2';

export const secondOf = (callId: string): string => callId + SECOND;
/** The call that a draft belongs to. */
export const callOf = (draftId: string): string =>
  draftId.endsWith(SECOND) ? draftId.slice(0, -SECOND.length) : draftId;
