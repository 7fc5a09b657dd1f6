import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import type { Flow } from '../../../ivr/core/flow.ts';
import { drawMermaid } from '../../../ivr/core/draw-mermaid.ts';
import { drawSvg } from '../../../ivr/core/draw-svg.ts';
import { isPlace, layoutOf } from '../../../ivr/core/layout.ts';
import { linksOf } from '../../../ivr/core/links.ts';
import { checkFlowFile, loadCalendar, loadFlow, promptNames, type FlowPlaces } from '../../../ivr/load-flow.ts';
import { pieceNames } from '../../../ivr/prompts/speech-pieces.ts';

const names = readdirSync('ivr/flows').map((file) => file.replace(/\.yaml$/, ''));
let places: FlowPlaces;

beforeAll(async () => {
  const calendar = await loadCalendar(['nowhere.yaml', 'ivr/calendar.yaml']);
  places = { flowsDir: 'ivr/flows', promptDirs: ['ivr/prompts/zh-CN'], calendar };
});

describe('the flows that come along', () => {
  it.each(names)('%s is sound, and all it says is recorded', async (name) => {
    const checked = await checkFlowFile(name, places);
    expect(checked.ok ? [] : checked.faults).toEqual([]);
  });

  it('have recordings for numbers, times and dates', async () => {
    const there = await promptNames(places.promptDirs);
    expect(pieceNames.filter((name) => !there.has(name))).toEqual([]);
  });

  it('begin, unless another is chosen, with a greeting and the line', async () => {
    const flow = await loadFlow('greeting-line', places);
    expect(Object.values(flow.nodes).map((node) => node.type)).toEqual(['say', 'queue']);
  });

  it('show every kind of node but the transfer', async () => {
    const flow = await loadFlow('full-service', places);
    expect(new Set(Object.values(flow.nodes).map((node) => node.type)).size).toBe(13);
  });

  it('tells which file is missing and what to set', async () => {
    await expect(loadFlow('nowhere', places)).rejects.toThrow(/ivr\/flows\/nowhere\.yaml.*ivr\.flow/);
    await expect(loadCalendar(['nowhere.yaml'])).rejects.toThrow(/no calendar.*nowhere\.yaml/);
  });
});

describe('the picture of a flow', () => {
  let flow: Flow;
  beforeAll(async () => {
    flow = await loadFlow('full-service', places);
  });

  it('has each node once, below what leads to it', () => {
    const { layers, routes } = layoutOf(flow);
    expect(
      layers
        .flat()
        .filter((name) => !isPlace(name))
        .sort(),
    ).toEqual(Object.keys(flow.nodes).sort());
    const layer = (name: string): number => layers.findIndex((l) => l.includes(name));
    // This flow has no way back, so every line leads down.
    expect(linksOf(flow).filter(({ from, to }) => layer(from) >= layer(to))).toEqual([]);
    // A line has a place in every layer it passes.
    const passed = linksOf(flow).map(({ from, to }) => layer(to) - layer(from) - 1);
    expect(routes.map((places) => places.length)).toEqual(passed);
    expect(routes.flat().every((place) => layers.flat().includes(place))).toBe(true);
  });

  it('shows every node and every way as SVG and as Mermaid', () => {
    const svg = drawSvg(flow);
    const mermaid = drawMermaid(flow);
    for (const name of Object.keys(flow.nodes)) {
      expect(svg).toContain(name);
      expect(mermaid).toContain(`n_${name.replaceAll('-', '_')}`);
    }
    expect(svg.match(/marker-end/g)).toHaveLength(linksOf(flow).length);
    expect(mermaid.match(/ -->/g)).toHaveLength(linksOf(flow).length + 2);
    expect(svg).toContain('0 = 人工');
  });

  it('lets no text break out of it', () => {
    const wild: Flow = { ...flow, title: '<script>"&' };
    expect(drawSvg(wild)).toContain('&lt;script&gt;&quot;&amp;');
  });

  it('draws a way back, too', () => {
    const round: Flow = {
      ...flow,
      start: 'line',
      nodes: {
        ask: {
          ...{ type: 'ask', prompts: ['menu'], again: [], timeoutMs: 5_000, tries: 2 },
          choices: { '9': 'ask', '1': 'say' },
          otherwise: 'line',
        },
        say: { type: 'say', prompts: ['menu'], skippable: false, next: 'ask' },
        line: { type: 'queue', queue: 'main', skills: [], priority: 5 },
      },
    };
    expect(
      layoutOf(round)
        .layers.flat()
        .filter((name) => !isPlace(name)),
    ).toHaveLength(3);
    expect(drawSvg(round)).not.toContain('NaN');
  });
});
