/** The measures in force as what the line is told: one policy, set as a whole, so that ending is setting the usual one. */
import type { ActiveMeasure } from './types.ts';

/** The shape that the call runner's line takes (`server/calls/line-policy.ts`). */
export interface SurgeLinePolicy {
  readonly maxWrapUpMs: number | null;
  readonly sayFirst: readonly string[];
  readonly callbackAboveMs: number | null;
  readonly maxCallbacks: number;
  readonly deflect: { readonly aboveMs: number; readonly prompts: readonly string[] } | null;
  readonly partnersAboveMs: number | null;
  readonly admission: { readonly maxWaiting: number; readonly prompts: readonly string[] } | null;
  readonly outboundPaused: boolean;
}

export const nothingSpecial: SurgeLinePolicy = {
  maxWrapUpMs: null,
  sayFirst: [],
  callbackAboveMs: null,
  maxCallbacks: Infinity,
  deflect: null,
  partnersAboveMs: null,
  admission: null,
  outboundPaused: false,
};

export const deflectPrompts = { web: 'deflect-web', 'self-service': 'deflect-web' } as const;

function changeOf({ measure, amount }: ActiveMeasure): Partial<SurgeLinePolicy> {
  switch (measure.type) {
    case 'call-in':
      return {};
    case 'wrap-up':
      return { maxWrapUpMs: measure.maxMs };
    case 'pause-outbound':
      return { outboundPaused: true };
    case 'announce':
      return { sayFirst: [measure.prompt] };
    case 'call-back':
      return { callbackAboveMs: measure.whenWaitAboveMs, maxCallbacks: measure.maxOpen };
    case 'deflect':
      return { deflect: { aboveMs: measure.whenWaitAboveMs, prompts: [deflectPrompts[measure.to]] } };
    case 'partners':
      return { partnersAboveMs: measure.whenWaitAboveMs };
    case 'admission':
      return amount === null ? {} : { admission: { maxWaiting: amount, prompts: [measure.prompt] } };
  }
}

export function policyOf(active: readonly ActiveMeasure[]): SurgeLinePolicy {
  return active.reduce<SurgeLinePolicy>((policy, measure) => ({ ...policy, ...changeOf(measure) }), nothingSpecial);
}
