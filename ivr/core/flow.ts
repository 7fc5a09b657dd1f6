/** A call flow as data (YAML in `ivr/flows`), and its schema. */
import { z } from 'zod';

const id = z.string().regex(/^[a-z0-9-]{1,40}$/);
const promptName = z.string().regex(/^[a-z0-9-]{1,60}$/);

const say = z.strictObject({
  type: z.literal('say'),
  prompts: z.array(promptName).min(1).max(10),
  next: id,
});
const ask = z.strictObject({
  type: z.literal('ask'),
  prompts: z.array(promptName).min(1).max(10),
  /** Digit -> node. `0` need not be listed: it always means a person. */
  choices: z.record(z.string().regex(/^[1-9*#]$/), id),
  /** Milliseconds of silence after the prompt before it is repeated. */
  timeoutMs: z.number().int().min(1_000).max(30_000).default(5_000),
  /** Times the question is put before `otherwise`. */
  tries: z.number().int().min(1).max(5).default(2),
  otherwise: id,
});
const queue = z.strictObject({
  type: z.literal('queue'),
  queue: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .default('main'),
  priority: z.number().int().min(0).max(9).default(5),
});
const hangUp = z.strictObject({ type: z.literal('hang-up') });

const node = z.discriminatedUnion('type', [say, ask, queue, hangUp]);
const flowShape = z.strictObject({
  name: id,
  title: z.string().min(1).max(100),
  start: id,
  /** Where `0` leads, from everywhere. */
  person: id,
  nodes: z.record(id, node),
});

export type Flow = z.output<typeof flowShape>;
export type FlowNode = z.output<typeof node>;

function links(flow: Flow): readonly (readonly [string, string])[] {
  const out: (readonly [string, string])[] = [
    ['start', flow.start],
    ['person', flow.person],
  ];
  for (const [name, at] of Object.entries(flow.nodes)) {
    if (at.type === 'say') out.push([name, at.next]);
    if (at.type === 'ask') out.push(...[...Object.values(at.choices), at.otherwise].map((to) => [name, to] as const));
  }
  return out;
}

export const flowSchema = flowShape.superRefine((flow, context) => {
  for (const [from, to] of links(flow)) {
    if (!(to in flow.nodes))
      context.addIssue({ code: 'custom', message: `${from} leads to '${to}', which is not a node` });
  }
  if (flow.nodes[flow.person]?.type !== 'queue') {
    context.addIssue({ code: 'custom', message: `person must name a queue node: 0 always means a person` });
  }
});
