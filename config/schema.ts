/** The one configuration schema. Every key has a default good for `npm start` on one machine and says what it is for. */
import { z } from 'zod';
import { asrSchema } from './asr-schema.ts';
import { surgeSchema } from './surge-schema.ts';
import { callbackSchema, dispositionSchema, usualDispositions, waitingSchema } from './waiting-schema.ts';
import { edgeSchema } from './edge-schema.ts';
import { switchSchema } from './freeswitch-schema.ts';
import { sessionTimerSchema, trunkSchema } from './trunk-schema.ts';
import { helperSchema } from './helper-schema.ts';
import { knowledgeSchema } from './knowledge-schema.ts';
import { learningSchema } from './learning-schema.ts';
import { queuesSchema, redisSchema } from './queues-schema.ts';

const port = z.number().int().min(1).max(65_535);
const ms = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);

export const httpSchema = z.strictObject({
  port: port.default(12_345).describe('TCP port of pages, REST and the softphone WebSocket.'),
  bind: z.string().min(1).default('0.0.0.0').describe('Address the HTTP server listens on.'),
  httpsPort: port
    .nullable()
    .default(12_346)
    .describe(
      'TCP port of HTTPS/WSS, needed by browsers on other machines (a microphone needs a secure page). null = off.',
    ),
  certificateFile: z.string().nullable().default(null).describe('PEM certificate; null = a self-signed one in data/.'),
  privateKeyFile: z.string().nullable().default(null).describe('PEM key of the certificate.'),
  trustProxy: z.boolean().default(false).describe('true behind a reverse proxy that sets X-Forwarded-For.'),
});

export const sipSchema = z.strictObject({
  port: port.default(5060).describe('UDP (and TCP) port for trunks and SIP phones.'),
  bind: z.string().min(1).default('0.0.0.0').describe('Address the SIP socket binds to.'),
  advertisedAddress: z
    .string()
    .nullable()
    .default(null)
    .describe('IPv4 address written into SIP and SDP (behind NAT: the public one). null = chosen for each far end.'),
  domain: z.string().min(1).default('hotline.local').describe('SIP domain and digest realm.'),
  hotlineNumber: z
    .string()
    .regex(/^[0-9]{3,15}$/)
    .default('12345')
    .describe('The number people dial.'),
  allowPrivateNetworks: z
    .boolean()
    .default(true)
    .describe('Accept calls without a password from loopback and private IPv4 ranges. Turn off on a public address.'),
  tcp: z.boolean().default(true).describe('Take SIP over TCP too, at the same port.'),
  tlsPort: port
    .nullable()
    .default(null)
    .describe('TCP port of SIP over TLS (5061 is usual), with the certificate of HTTPS; null = off.'),
  trunks: z
    .array(trunkSchema)
    .default([])
    .describe('Carrier trunks and gateways: who may call by address, and where calls go out.'),
  sessionTimer: sessionTimerSchema.prefault({}),
  dialOutUri: z
    .string()
    .regex(/^sip:\{number\}@[^\s@{}]+$/)
    .nullable()
    .default(null)
    .describe(
      'Where outside numbers are reached: consultations, transfers, call-backs. E.g. sip:{number}@10.0.0.5; null = through the trunks that have `outbound`, else not at all.',
    ),
  strangerRequestsPerSecond: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe('Answers given per second to requests from unknown addresses; the rest is dropped and counted.'),
});

export const rtpSchema = z
  .strictObject({
    portMin: port.default(20_000).describe('First UDP port for audio.'),
    portMax: port.default(20_999).describe('Last UDP port for audio.'),
    mediaTimeoutMs: ms(1_000, 60_000)
      .default(5_000)
      .describe('An agent leg silent for this long (no RTP, no RTCP) counts as lost.'),
    iceServers: z
      .array(z.strictObject({ urls: z.string(), username: z.string().optional(), credential: z.string().optional() }))
      .default([])
      .describe('STUN/TURN servers for agents far away. Empty = none.'),
  })
  .refine((r) => r.portMax - r.portMin >= 19, {
    error: 'portMax must be at least 19 above portMin',
    path: ['portMax'],
  });

export const lineSchema = z.strictObject({
  store: z
    .enum(['memory', 'redis'])
    .default('memory')
    .describe('Where the waiting line is kept; `redis` (see there) when more than one server serves it.'),
  ringMs: ms(2_000, 120_000).default(20_000).describe('How long an agent is rung before the call goes to the next.'),
  excludeAfterNoAnswerMs: ms(0, 600_000)
    .default(30_000)
    .describe('An agent who did not answer a call is not offered it again for this long.'),
  wrapUpMs: ms(0, 600_000).default(30_000).describe('Wrap-up after each call before the agent is free again.'),
  agentReturnMs: ms(1_000, 300_000).default(30_000).describe('How long a lost agent may come back to the same call.'),
  positionEveryMs: ms(5_000, 600_000)
    .default(30_000)
    .describe('How often a waiting caller hears the position in the line.'),
  maxWaiting: z.number().int().min(1).max(100_000).default(500).describe('More callers than this hear a busy message.'),
  maxWaitMs: ms(10_000, 7_200_000).default(1_800_000).describe('A caller waits at most this long.'),
  waiting: z.array(waitingSchema).default([]).describe('What callers hear and may press while they wait, by queue.'),
  agentsByPhone: z
    .boolean()
    .default(false)
    .describe(
      'Agents with a poor line may have their calls on a telephone; needs a way out (`sip.dialOutUri`, trunks).',
    ),
  urgent: z
    .array(z.string().min(1).max(64))
    .max(50)
    .default([])
    .describe('Called numbers, or names of trunks, of the line for urgent matters: served sooner (`queues[].ageing`).'),
  stickyDays: z
    .number()
    .int()
    .min(0)
    .max(90)
    .default(7)
    .describe('A caller with a ticket of these days goes to its agent first. 0 = never.'),
  dispositions: z
    .array(dispositionSchema)
    .max(9)
    .default([...usualDispositions])
    .describe('What a call was: chosen after it by one key.'),
});

export const ivrSchema = z.strictObject({
  flow: z.string().min(1).default('greeting-line').describe('Name of the call flow (<flowsDir>/<name>.yaml).'),
  flowsDir: z
    .string()
    .nullable()
    .default(null)
    .describe("Folder of the city's own call flows; null = the sample ones (ivr/flows)."),
  promptsDir: z
    .string()
    .nullable()
    .default(null)
    .describe("Folder of the city's own recordings; null = the sample ones."),
});

export const storeSchema = z.strictObject({
  databaseUrl: z
    .string()
    .nullable()
    .default(null)
    .describe('PostgreSQL 15+ address; null = an embedded one in data/. Environment: DATABASE_URL.'),
  embeddedPort: port.default(12_347).describe('TCP port (loopback only) of the embedded PostgreSQL.'),
});

export const authSchema = z.strictObject({
  sessionHours: z.number().min(1).max(72).default(12).describe('Hours a log-in lasts.'),
  loginAttemptsPerMinute: z
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(10)
    .describe('Failed log-ins per address and minute.'),
});

export const configSchema = z.strictObject({
  dataDir: z.string().min(1).default('data').describe('Database, recordings, certificate. Must be writable.'),
  cityDir: z
    .string()
    .min(1)
    .default('config/sample/jiangcheng')
    .describe('Folder of departments, catalogue, places, words.'),
  public: z
    .boolean()
    .default(false)
    .describe('true when the server can be reached from the internet: turns the open web phone off.'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least severe level that is logged.'),
  http: httpSchema.prefault({}),
  sip: sipSchema.prefault({}),
  rtp: rtpSchema.prefault({}),
  line: lineSchema.prefault({}),
  queues: queuesSchema.describe('Queues of the line.'),
  redis: redisSchema.prefault({}),
  callback: callbackSchema.prefault({}),
  ivr: ivrSchema.prefault({}),
  asr: asrSchema.prefault({}),
  store: storeSchema.prefault({}),
  auth: authSchema.prefault({}),
  edge: edgeSchema.prefault({}),
  switch: switchSchema.prefault({}),
  surge: surgeSchema.prefault({}),
  learning: learningSchema.prefault({}),
  knowledge: knowledgeSchema.prefault({}),
  helper: helperSchema.prefault({}),
});

export type Config = z.output<typeof configSchema>;
