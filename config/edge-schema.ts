/** The `edge` section: the SIP proxy before the switches (`npm run edge`, on drachtio-server). */
import { z } from 'zod';

const port = z.number().int().min(1).max(65_535);
const ms = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'must be lower-case letters, digits and dashes' });
/** Far ends are told apart by the address their answers come from, so names that need a look-up do not do. */
const ipv4 = z.ipv4({ error: 'must be an IPv4 address' });
const perSecond = z.number().min(0.1).max(10_000);
const burst = z.number().int().min(1).max(100_000);
/** An area code of six digits (GB/T 2260), or '' when unknown. */
const area = z.string().regex(/^([0-9]{6})?$/, { error: 'must be six digits, or empty' });

export const edgeNodeSchema = z.strictObject({
  name: name.describe('Name of the switch; the same as it publishes itself under.'),
  address: ipv4.describe('IPv4 address of its trunk profile.'),
  port: port.default(5080).describe('UDP port of its trunk profile.'),
  weight: z.number().min(0.01).max(1_000).default(1).describe('Share of new calls relative to the other switches.'),
  maxCalls: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe('Calls it may have at once, as far as it publishes how many it has.'),
});

export const edgeTrunkSchema = z.strictObject({
  name: z.string().min(1).describe('Name of a trunk in `sip.trunks`.'),
  callsPerSecond: perSecond.describe('New calls a second this trunk may bring.'),
  burst: burst.describe('So many at once before the rate counts.'),
  area: area.default('').describe('Where its callers are (six digits), told to partners when calls spill over.'),
  isPartner: z.boolean().default(false).describe('true: another hotline, whose spill header is believed.'),
  optionsAddress: ipv4.nullable().default(null).describe('Where the trunk is asked whether it is there; null = never.'),
  optionsPort: port.default(5060).describe('UDP port for that.'),
});

export const edgePartnerSchema = z.strictObject({
  name: name.describe('Name of the partner hotline.'),
  address: ipv4.describe('IPv4 address of its SIP trunk.'),
  port: port.default(5060).describe('UDP port of its SIP trunk.'),
  number: z
    .string()
    .regex(/^[0-9+*#]{1,32}$/)
    .describe('Number dialled there.'),
  weight: z.number().min(0.01).max(1_000).default(1).describe('Share of spilled calls relative to other partners.'),
  callsPerSecond: perSecond.default(2).describe('Calls a second it has agreed to take.'),
});

export const edgeSchema = z.strictObject({
  drachtioHost: z.string().min(1).default('127.0.0.1').describe('Where drachtio-server takes applications.'),
  drachtioPort: port.default(9022).describe('TCP port for that.'),
  drachtioSecretFile: z
    .string()
    .nullable()
    .default(null)
    .describe('File that holds the secret shared with drachtio-server; null = DRACHTIO_SECRET of the environment.'),
  httpBind: z.string().min(1).default('127.0.0.1').describe('Address of the metrics and health page.'),
  httpPort: port.default(9464).describe('TCP port of /metrics, /healthz and /nodes.'),
  lastResortAddress: ipv4
    .default('127.0.0.1')
    .describe('IPv4 address (reachable by drachtio-server) of the polite 503 that follows when no switch answers.'),
  nodes: z.array(edgeNodeSchema).max(64).default([]).describe('Switches that take calls.'),
  trunks: z
    .array(edgeTrunkSchema)
    .max(200)
    .default([])
    .describe(
      'Limits of trunks; those not named here have only the limit of all together. Who they are: `sip.trunks`.',
    ),
  callsPerSecond: perSecond.default(50).describe('New calls a second of all trunks together.'),
  burst: burst.default(100).describe('So many at once before the rate counts.'),
  retryAfterS: z.number().int().min(1).max(3_600).default(10).describe('Said to a trunk whose call is refused.'),
  provisionalTimeoutMs: ms(50, 5_000)
    .default(250)
    .describe('A switch that says nothing for this long is given up for this call; the next is tried.'),
  maxAttempts: z
    .number()
    .int()
    .min(1)
    .max(8)
    .default(2)
    .describe(
      'Switches tried for one call. The next is tried after any refusal, also one that was meant for the caller.',
    ),
  optionsEveryMs: ms(200, 60_000).default(1_000).describe('How often each far end is asked whether it is there.'),
  optionsTimeoutMs: ms(50, 10_000).default(500).describe('How long it may take to answer.'),
  failuresToDead: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(2)
    .describe('Unanswered questions in a row until it is dead.'),
  deadHoldMs: ms(0, 600_000)
    .default(5_000)
    .describe('A switch that failed a call gets none for at least this long; doubled each time, up to a minute.'),
  busyHoldMs: ms(0, 600_000).default(2_000).describe('After a 503 a switch comes last for so long.'),
  stateUrl: z
    .string()
    .regex(/^(https?|file):\/\/\S+$/, { error: 'must begin with http://, https:// or file://' })
    .nullable()
    .default(null)
    .describe('Where the server publishes which switches are draining and how full they are; null = nowhere.'),
  stateTokenFile: z.string().nullable().default(null).describe('File with the bearer token for that address.'),
  stateEveryMs: ms(200, 60_000).default(1_000).describe('How often it is read.'),
  stateMaxAgeMs: ms(1_000, 600_000)
    .default(15_000)
    .describe('Older than this, what was published is forgotten; only the answers of the switches count then.'),
  partners: z.array(edgePartnerSchema).max(50).default([]).describe('Hotlines that take our calls when we cannot.'),
  spillWaitingAbove: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .nullable()
    .default(null)
    .describe('More callers waiting than this: new calls go to partners. null = only when no switch can take them.'),
  spillOnFailure: z
    .boolean()
    .default(false)
    .describe('true: a partner stands last for every call, and so gets those that all switches tried have refused.'),
  area: area.default('').describe('Where this hotline is (six digits).'),
});

export type EdgeConfig = z.output<typeof edgeSchema>;
