/** The measures in force as what the line is told: one policy, set as a whole, so that ending is setting the usual one. */
import { usualPolicy, type LinePolicy } from '../../acd/line-policy.ts';
import type { ActiveMeasure } from './types.ts';

export const deflectPrompts = { web: 'offer-web', 'self-service': 'offer-web' } as const;

function changeOf({ measure, amount }: ActiveMeasure): Partial<LinePolicy> {
  switch (measure.type) {
    case 'call-in':
      return {};
    case 'wrap-up':
      return { maxWrapUpMs: measure.maxMs };
    case 'pause-outbound':
      return { outboundPaused: true };
    case 'announce':
      return { sayFirst: [measure.prompt], sayFirstFromMs: measure.whenWaitAboveMs };
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

export function policyOf(active: readonly ActiveMeasure[]): LinePolicy {
  return active.reduce<LinePolicy>((policy, measure) => ({ ...policy, ...changeOf(measure) }), usualPolicy);
}
