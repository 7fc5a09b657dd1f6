/** The event socket with what this switch wants to hear over it. */
import type { EslEvent } from '../esl/codec/event.ts';
import { EslClient } from '../esl/esl-client.ts';
import { channelEvents, wantsEvent } from './channel-core.ts';
import type { FreeswitchOptions } from './options.ts';
import { registrationEvents } from './registrations.ts';

export interface ClientHearing {
  readonly onEvent: (event: EslEvent) => void;
  readonly onUp: () => Promise<void>;
  readonly onDown: () => void;
}

export function createClient(options: FreeswitchOptions, hearing: ClientHearing): EslClient {
  const { eventSocket, logger, newId, backoffMs, pingEveryMs, commandTimeoutMs } = options;
  return new EslClient({
    ...eventSocket,
    ...{ logger, newId },
    ...hearing,
    events: ['BACKGROUND_JOB', ...channelEvents, ...registrationEvents],
    wants: wantsEvent,
    ...(backoffMs === undefined ? {} : { backoffMs }),
    ...(pingEveryMs === undefined ? {} : { pingEveryMs }),
    ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }),
  });
}
