/** Payloads of pages, parsed and bounded. Typed against the protocol, so that neither can change alone. */
import { z } from 'zod';
import { superviseModes } from '../../telephony/ports/switch.ts';
import { agentIntents } from '../acd/line-store.ts';
import { draftFields } from '../drafts/types.ts';
import type { PageToServer } from './protocol.ts';

export type Payload<E extends keyof PageToServer> = Parameters<PageToServer[E]>[0];

const longestExtensionMs = 600_000;
const id = z.string().min(1).max(100);
const callId = id;
const text = (max: number): z.ZodString => z.string().max(max);
const none = z
  .strictObject({})
  .optional()
  .transform(() => ({}));

const target = [
  z.strictObject({ kind: z.literal('agent'), agentId: id }),
  z.strictObject({ kind: z.literal('number'), number: z.string().regex(/^[0-9]{3,20}$/) }),
] as const;

const skill = z.string().regex(/^[\p{L}\p{N}_.-]{1,40}$/u);
const profile = z.strictObject({
  queues: z.array(skill).max(50),
  skills: z.record(skill, z.number().int().min(0).max(5)).refine((s) => Object.keys(s).length <= 100),
  seatLevel: z.enum(['on-site', 'cloud', 'partner']),
});

type Schemas = { readonly [E in keyof PageToServer]: z.ZodType<Payload<E>> };

const schemas: Schemas = {
  'agent.set-intent': z.strictObject({ intent: z.enum(agentIntents), reason: text(100) }),
  'sip.credentials': none,
  'call.dispose': z.strictObject({ callId, code: id }),
  'line-check.start': none,
  'phone.use': z.strictObject({ number: z.string().regex(/^[0-9]{3,20}$/) }),
  'phone.stop': none,
  'offer.accept': z.strictObject({ offerId: id }),
  'line.report': z.strictObject({
    roundTripMs: z.number().min(0).max(60_000).nullable(),
    jitterMs: z.number().min(0).max(60_000).nullable(),
    lossShare: z.number().min(0).max(1),
    mos: z.number().min(1).max(5),
  }),
  'callback.end': z.strictObject({ id, how: z.enum(['cancelled', 'done']) }),
  'agent.profile': z.strictObject({ agentId: id, profile }),
  'offer.decline': z.strictObject({ offerId: id }),
  'call.hold': z.strictObject({ callId }),
  'call.resume': z.strictObject({ callId }),
  'call.hang-up': z.strictObject({ callId }),
  'call.return': z.strictObject({ callId }),
  'call.consult': z.strictObject({ callId, target: z.discriminatedUnion('kind', target) }),
  'call.consult-end': z.strictObject({ callId }),
  'call.complete': z.strictObject({ callId }),
  'call.conference': z.strictObject({ callId }),
  'call.transfer': z.strictObject({
    callId,
    target: z.discriminatedUnion('kind', [...target, z.strictObject({ kind: z.literal('queue'), queue: id })]),
  }),
  'call.directory': none,
  'supervise.start': z.strictObject({ callId, mode: z.enum(superviseModes) }),
  'supervise.end': z.strictObject({ callId }),
  'supervise.take-over': z.strictObject({ callId }),
  'draft.edit': z.strictObject({ callId, field: z.enum(draftFields), value: text(4_000) }),
  'draft.note': z.strictObject({ callId, note: text(10_000) }),
  'draft.confidential': z.strictObject({ callId, confidential: z.boolean() }),
  'draft.suggestion': z.strictObject({
    callId,
    field: z.enum(draftFields),
    action: z.enum(['accept', 'dismiss', 'release']),
  }),
  'call.dialect': z.strictObject({ callId, dialectId: text(32) }),
  'draft.second': z.strictObject({ callId, action: z.enum(['accept', 'dismiss']) }),
  'ticket.confirm': z.strictObject({ callId }),
  'draft.drop': z.strictObject({ callId }),
  'wrap-up.extend': z.strictObject({ callId, byMs: z.number().int().min(1_000).max(longestExtensionMs) }),
  'wrap-up.finish': z.strictObject({ callId }),
  'supervisor.watch': z.strictObject({ on: z.boolean() }),
};

export const pageEvents = Object.keys(schemas) as readonly (keyof PageToServer)[];

/** The payload, or undefined when it is not what the protocol says. */
export function parsePayload<E extends keyof PageToServer>(event: E, payload: unknown): Payload<E> | undefined {
  const parsed = schemas[event].safeParse(payload);
  return parsed.success ? parsed.data : undefined;
}
