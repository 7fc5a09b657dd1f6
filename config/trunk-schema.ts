/** `sip.trunks`: lines of carriers, PBXs and gateways. The old form, a name and addresses, is still all that is needed. */
import { z } from 'zod';

const port = z.number().int().min(1).max(65_535);
const whole = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);
const host = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/, {
  error: 'must be a host name or an IPv4 address',
});

export const trunkHealthSchema = z.strictObject({
  everyS: whole(0, 3_600).default(15).describe('Seconds between OPTIONS to the trunk; 0 = it is not asked.'),
  timeoutMs: whole(200, 30_000).default(2_000).describe('No answer within this time counts as a failure.'),
  downAfter: whole(1, 20).default(2).describe('Failures in a row after which no calls go there.'),
  upAfter: whole(1, 20).default(2).describe('Answers in a row after which calls go there again.'),
});

export const trunkOutboundSchema = z.strictObject({
  host: host.describe('Address or name calls are sent to.'),
  port: port.nullable().default(null).describe('Its port; null = by SRV records, else 5060 (TLS 5061).'),
  transport: z
    .enum(['udp', 'tcp', 'tls'])
    .nullable()
    .default(null)
    .describe('null = by NAPTR and SRV records, else UDP.'),
  priority: whole(0, 65_535).default(10).describe('Lower numbers are tried first.'),
  weight: whole(0, 65_535).default(10).describe('Share of calls among trunks of the same priority.'),
  answerWithinMs: whole(200, 32_000)
    .default(3_000)
    .describe('A trunk that says nothing at all for so long is given up for the next one.'),
  domain: host
    .nullable()
    .default(null)
    .describe('Domain of From and Request-URI, where the carrier wants its own (IMS: the home domain); null = host.'),
  callerNumber: z
    .string()
    .regex(/^\+?[0-9]{1,20}$/)
    .nullable()
    .default(null)
    .describe('Number shown to the called, where the carrier accepts no other.'),
  tlsVerify: z.boolean().default(true).describe("false: a gateway's self-signed certificate will do."),
  tlsCaFile: z.string().nullable().default(null).describe('PEM file of authorities; null = those of the system.'),
  health: trunkHealthSchema.prefault({}),
});

export const trunkAccountSchema = z
  .strictObject({
    user: z.string().min(1).max(128).describe('User name for challenges; with IMS the private identity.'),
    passwordFile: z.string().nullable().default(null).describe('File that holds the password.'),
    passwordVariable: z
      .string()
      .regex(/^[A-Z_][A-Z0-9_]*$/)
      .nullable()
      .default(null)
      .describe('Environment variable that holds the password.'),
  })
  .refine((a) => (a.passwordFile === null) !== (a.passwordVariable === null), {
    error: 'needs either passwordFile or passwordVariable',
  });

export const trunkRegisterSchema = z.strictObject({
  number: z
    .string()
    .regex(/^\+?[A-Za-z0-9._-]{1,64}$/)
    .describe('User part of the address that is registered; with IMS the public identity.'),
  expiresS: whole(60, 86_400).default(600).describe('Seconds asked for; it is renewed at half of what is granted.'),
});

export const trunkSchema = z
  .strictObject({
    name: z.string().min(1).describe('Name shown in reports.'),
    addresses: z
      .array(z.string().min(1))
      .default([])
      .describe('IPv4 addresses or CIDR ranges calls may come from, besides those of `outbound`.'),
    outbound: trunkOutboundSchema.nullable().default(null).describe('Where calls go out; null = none do.'),
    account: trunkAccountSchema.nullable().default(null).describe('Where the trunk asks for a password.'),
    register: trunkRegisterSchema.nullable().default(null).describe('Where the trunk wants us to register.'),
    codecs: z
      .array(z.enum(['pcma', 'pcmu']))
      .min(1)
      .max(2)
      .default(['pcma', 'pcmu'])
      .describe('In the order in which they are offered.'),
    dtmf: z
      .enum(['rfc4733', 'inband'])
      .default('rfc4733')
      .describe('`inband`: digits are looked for in the audio too. RFC 4733 and INFO are always understood.'),
    srtp: z
      .boolean()
      .default(false)
      .describe(
        'Audio of calls out is encrypted, with the keys in SDP: over TLS only. Of calls in, where the trunk asks.',
      ),
    trustsIdentity: z
      .boolean()
      .default(true)
      .describe('P-Asserted-Identity and Privacy of this trunk are believed; false: From alone counts.'),
  })
  .refine((t) => t.addresses.length > 0 || t.outbound !== null, { error: 'needs addresses, outbound, or both' })
  .refine((t) => !t.srtp || t.outbound?.transport === 'tls', { error: 'srtp needs outbound with transport tls' })
  .refine((t) => t.register === null || (t.outbound !== null && t.account !== null), {
    error: 'register needs outbound and account',
  });

export const sessionTimerSchema = z.strictObject({
  expiresS: whole(90, 86_400)
    .default(1_800)
    .describe('Session-Expires we ask for, and the longest we grant (RFC 4028).'),
  minS: whole(90, 86_400).default(90).describe('Min-SE: shorter intervals are answered with 422.'),
});

export type TrunkConfig = z.output<typeof trunkSchema>;
