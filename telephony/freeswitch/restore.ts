/** What legs had of us, given to them again when the link, or FreeSWITCH itself, is back. */
import type { Logger } from 'pino';
import type { LegCommands } from './commands.ts';
import type { Leg } from './leg.ts';
import { markVariables } from './marks.ts';
import type { Player } from './player.ts';

export interface RestoreParts {
  readonly legs: readonly Leg[];
  readonly commands: LegCommands;
  readonly player: Player;
  readonly logger: Logger;
}

/** Marks set after the answer die with FreeSWITCH, prompts stop, and nobody told how far they got. */
export async function restoreLegs({ legs, commands, player, logger }: RestoreParts, restarted: boolean): Promise<void> {
  const failed = (error: unknown): void => {
    logger.warn({ err: error }, 'leg could not be restored');
  };
  if (restarted)
    await Promise.all(legs.map((leg) => commands.setVariables(leg.legId, markVariables(leg.marks)).catch(failed)));
  await Promise.all(legs.map((leg) => player.again(leg, !restarted).catch(failed)));
}
