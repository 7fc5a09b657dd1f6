/**
 * From the text of a flow file to a flow that can be run, or to all its faults at once: each in plain words, with the
 * line it stands on. Pure.
 */
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import type { Calendar } from './calendar.ts';
import { flowShape, promptsOf, piecesOf, type Flow, type FlowNode } from './flow.ts';
import { linksOf, type Link } from './links.ts';

export interface FlowFault {
  /** 1 for what belongs to the file as a whole. */
  readonly line: number;
  readonly message: string;
}

export type CheckedFlow =
  { readonly ok: true; readonly flow: Flow } | { readonly ok: false; readonly faults: readonly FlowFault[] };

/** What a flow is checked against. */
export interface FlowSurroundings {
  /** Names of the recordings that are there. */
  readonly prompts: ReadonlySet<string>;
  readonly calendar: Calendar;
}

type Path = readonly PropertyKey[];
type Tell = (path: Path, message: string) => void;

const MAX_FILE_CHARS = 500_000;

export function checkFlow(text: string, surroundings: FlowSurroundings): CheckedFlow {
  if (text.length > MAX_FILE_CHARS) return { ok: false, faults: [{ line: 1, message: 'the file is too large' }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    const faults = document.errors.map((e) => ({
      line: e.linePos?.[0].line ?? 1,
      message: e.message.split('\n')[0] ?? '',
    }));
    return { ok: false, faults };
  }
  const faults: FlowFault[] = [];
  const tell: Tell = (path, message) => {
    faults.push({ line: lineOf(document, lines, path), message });
  };
  const data = plainData(document);
  if (data === undefined) return { ok: false, faults: [{ line: 1, message: 'the file refers to itself too often' }] };
  const parsed = flowShape.safeParse(data.value);
  if (!parsed.success) for (const issue of parsed.error.issues) tellIssue(issue, tell);
  else checkMeaning(parsed.data, surroundings, tell);
  if (parsed.success && faults.length === 0) return { ok: true, flow: parsed.data };
  return { ok: false, faults: faults.sort((a, b) => a.line - b.line) };
}

/** Undefined for a file whose references would grow without end. */
function plainData(document: Document): { readonly value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: 50 }) };
  } catch {
    return undefined;
  }
}

/** The line of the deepest part of the path that is written down; an unknown key stands where its map does. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const found: unknown = document.getIn(path.slice(0, length), true);
    const offset = isNode(found) ? found.range?.[0] : undefined;
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return 1;
}

const where = (path: Path): string => {
  const [first, node, ...rest] = path.map(String);
  if (first === undefined) return 'the flow';
  if (first !== 'nodes' || node === undefined) return path.map(String).join('.');
  return `node '${node}'${rest.length === 0 ? '' : `: ${rest.join('.')}`}`;
};

function tellIssue(issue: z.core.$ZodIssue, tell: Tell): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) tell([...issue.path, key], `${where(issue.path)} does not know '${key}'`);
  } else if (issue.code === 'invalid_key') {
    const inner = issue.issues[0]?.message ?? 'is not allowed here';
    tell(issue.path, `${where(issue.path)} ${inner}`);
  } else if (
    issue.code === 'invalid_type' &&
    issue.input === undefined &&
    issue.message.includes('received undefined')
  ) {
    tell(issue.path, `${where(issue.path)} is missing`);
  } else tell(issue.path, `${where(issue.path)} ${lowerFirst(issue.message)}`);
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function checkMeaning(flow: Flow, surroundings: FlowSurroundings, tell: Tell): void {
  const links = linksOf(flow);
  checkTargets(flow, links, tell);
  checkReach(flow, links, tell);
  checkLoops(links, tell);
  checkPrompts(flow, surroundings.prompts, tell);
  for (const [name, node] of Object.entries(flow.nodes)) checkNode(name, node, surroundings, tell);
  checkVariables(flow, tell);
}

function checkTargets(flow: Flow, links: readonly Link[], tell: Tell): void {
  const exists = (name: string): boolean => Object.hasOwn(flow.nodes, name);
  for (const { from, to, path } of links)
    if (!exists(to)) tell(path, `node '${from}' leads to '${to}', which is not a node`);
  for (const key of ['start', 'person', 'rating'] as const) {
    const to = flow[key];
    if (to !== undefined && !exists(to)) tell([key], `${key} names '${to}', which is not a node`);
  }
  const person = exists(flow.person) ? flow.nodes[flow.person] : undefined;
  if (person !== undefined && person.type !== 'queue')
    tell(
      ['person'],
      `person must name a queue node, because 0 always means a person; '${flow.person}' is of type ${person.type}`,
    );
  const rating = flow.rating !== undefined && exists(flow.rating) ? flow.nodes[flow.rating] : undefined;
  if (rating !== undefined && rating.type !== 'rating')
    tell(['rating'], `rating must name a rating node; '${flow.rating ?? ''}' is of type ${rating.type}`);
}

function checkReach(flow: Flow, links: readonly Link[], tell: Tell): void {
  const reached = new Set<string>();
  const open = [flow.start, flow.person, ...(flow.rating === undefined ? [] : [flow.rating])];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const link of links) if (link.from === name) open.push(link.to);
  }
  for (const name of Object.keys(flow.nodes))
    if (!reached.has(name)) tell(['nodes', name], `node '${name}' cannot be reached from anywhere`);
}

/** A round that a caller who does nothing would go through for ever. Each is told once, at its first link. */
function checkLoops(links: readonly Link[], tell: Tell): void {
  const auto = links.filter((link) => !link.byCaller);
  const told = new Set<string>();
  for (const link of auto) {
    const round = roundTo(auto, link);
    if (round === undefined) continue;
    const key = [...round].sort().join(' ');
    if (told.has(key)) continue;
    told.add(key);
    tell(link.path, `a caller who does nothing goes round for ever: ${[...round, link.from].join(' → ')}`);
  }
}

/** The shortest way from the end of a link back to its beginning, as node names from its beginning on. */
function roundTo(links: readonly Link[], { from, to }: Link): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[from, to]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const last = way.at(-1) ?? '';
    if (last === from) return way.slice(0, -1);
    if (seen.has(last)) continue;
    seen.add(last);
    for (const link of links) if (link.from === last) ways.push([...way, link.to]);
  }
  return undefined;
}

function checkPrompts(flow: Flow, there: ReadonlySet<string>, tell: Tell): void {
  const missing = promptsOf(flow).filter((name) => !there.has(name));
  for (const name of missing) {
    const owner = Object.entries(flow.nodes).find(([, node]) => piecesOf(node).includes(name))?.[0] ?? '';
    tell(['nodes', owner], `node '${owner}' says '${name}', of which there is no recording`);
  }
}

function checkNode(name: string, node: FlowNode, { calendar }: FlowSurroundings, tell: Tell): void {
  if (node.type === 'hours' && !Object.hasOwn(calendar.timetables, node.timetable))
    tell(
      ['nodes', name, 'timetable'],
      `node '${name}' asks for the timetable '${node.timetable}', which the calendar does not have`,
    );
  if ((node.type === 'ask' || node.type === 'language') && Object.keys(node.choices).length === 0)
    tell(['nodes', name, 'choices'], `node '${name}' asks but knows no answer`);
  if (node.type === 'rating' && node.why !== undefined && Object.keys(node.why.reasons).length === 0)
    tell(['nodes', name, 'why'], `node '${name}' asks why but knows no reason`);
}

/** Variables that are set by a node itself before it speaks. */
const setByNode: Readonly<Record<string, readonly string[]>> = {
  progress: ['state', 'accepted', 'due'],
};

function checkVariables(flow: Flow, tell: Tell): void {
  const typed = Object.values(flow.nodes).flatMap((node) => (node.type === 'digits' ? [node.as] : []));
  const known = new Set([...typed, ...Object.values(flow.nodes).flatMap((node) => setByNode[node.type] ?? [])]);
  for (const [name, node] of Object.entries(flow.nodes)) {
    const used = piecesOf(node).flatMap((piece) => (typeof piece === 'string' ? [] : Object.values(piece).map(String)));
    if (node.type === 'progress') used.push(node.ticket);
    for (const variable of new Set(used.filter((v) => v.startsWith('$')))) {
      if (!known.has(variable.slice(1))) tell(['nodes', name], `node '${name}' uses ${variable}, which no node sets`);
    }
  }
}
