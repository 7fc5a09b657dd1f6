/** The `switch` section: the built-in switch, or FreeSWITCH nodes (docs/freeswitch.md). */
import { z } from 'zod';

const port = z.number().int().min(1).max(65_535);
const anyPort = z.number().int().min(0).max(65_535);
const address = z.string().min(1).max(253);

export const freeswitchNodeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'must be lower-case letters, digits and dashes' })
    .describe('Name of the node; the same as in `edge.nodes`.'),
  address: address.describe('Address of its event socket and SIP profiles.'),
  eventPort: port.default(8021).describe('TCP port of its event socket.'),
  passwordFile: z.string().min(1).describe('File with the password of its event socket.'),
  trunkPort: port.default(5080).describe('UDP port of its trunk profile.'),
  wsPort: port.default(5066).describe("TCP port of its WebSocket for agents' pages; our own /sip leads there."),
  maxLegs: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(2_000)
    .describe('Legs it may have before others are preferred.'),
});

export const freeswitchSchema = z.strictObject({
  nodes: z.array(freeswitchNodeSchema).max(64).default([]).describe('FreeSWITCH servers that this server drives.'),
  directoryTokenFile: z
    .string()
    .nullable()
    .default(null)
    .describe('File with the token FreeSWITCH must show at /freeswitch/directory and the edge at /freeswitch/state.'),
  outboundProxy: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$/, { error: 'must be host or host:port' })
    .nullable()
    .default(null)
    .describe('Where calls to numbers outside are sent through (the edge); null = straight to the address dialled.'),
  tap: z
    .enum(['auto', 'fork', 'legs'])
    .default('auto')
    .describe('How recognition hears calls: `fork` = mod_audio_fork, `legs` = two listening legs; `auto` chooses.'),
  tapBind: address.default('127.0.0.1').describe('Address on which this server takes that audio.'),
  tapAddress: address.nullable().default(null).describe('Address FreeSWITCH reaches it at; null = the same.'),
  tapWsPort: anyPort.default(0).describe('TCP port for mod_audio_fork; 0 = any free one.'),
  tapSipPort: anyPort.default(0).describe('UDP port for listening legs; 0 = any free one.'),
  keepCallsOnStop: z
    .boolean()
    .default(true)
    .describe('true: a stop of this server leaves calls up for the next start to take over.'),
  optionsEveryMs: z
    .number()
    .int()
    .min(200)
    .max(60_000)
    .default(1_000)
    .describe('How often nodes are asked by OPTIONS.'),
});

export const switchSchema = z
  .strictObject({
    type: z.enum(['embedded', 'freeswitch']).default('embedded').describe('Who carries the calls.'),
    freeswitch: freeswitchSchema.prefault({}),
  })
  .refine((s) => s.type !== 'freeswitch' || s.freeswitch.nodes.length > 0, {
    error: 'needs at least one node when switch.type is freeswitch',
    path: ['freeswitch', 'nodes'],
  })
  .refine((s) => s.type !== 'freeswitch' || s.freeswitch.directoryTokenFile !== null, {
    error: 'is needed when switch.type is freeswitch',
    path: ['freeswitch', 'directoryTokenFile'],
  });

export type SwitchConfig = z.output<typeof switchSchema>;
