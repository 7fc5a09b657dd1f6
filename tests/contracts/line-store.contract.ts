/** What every waiting line must do, whatever keeps it. The harness owns time and cleanup. */
import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { LineKit, type Check, type LineHarness } from './line-store.kit.ts';
import { offerChecks } from './line-store.offers.ts';
import { orderChecks } from './line-store.order.ts';
import { waitingChecks } from './line-store.waiting.ts';

/** The checks themselves, so that stores that break a promise can be seen to fail them. */
export function lineStoreChecks(): readonly Check[] {
  const kit = new LineKit();
  orderChecks(kit);
  offerChecks(kit);
  waitingChecks(kit);
  return kit.checks;
}

export function lineStoreContract(adapter: string, make: () => Promise<LineHarness>): void {
  describe(`LineStore contract: ${adapter}`, () => {
    let harness: LineHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(async () => {
      await harness.dispose();
    });
    it.each(lineStoreChecks())('$name', async ({ run }) => {
      await run(harness);
    });
  });
}
