import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { loadFlow } from '../../../ivr/load-flow.ts';

const names = readdirSync('ivr/flows').map((file) => file.replace(/\.yaml$/, ''));

describe('the flows that come along', () => {
  it.each(names)('%s is sound, and all it says is recorded', async (name) => {
    const flow = await loadFlow(name, 'ivr/flows');
    const prompts = Object.values(flow.nodes).flatMap((node) => ('prompts' in node ? node.prompts : []));
    expect(prompts.filter((prompt) => !existsSync(`ivr/prompts/zh-CN/${prompt}.wav`))).toEqual([]);
    expect(prompts.length).toBeGreaterThan(0);
  });

  it('tells which file is missing and what to set', async () => {
    await expect(loadFlow('nowhere', 'ivr/flows')).rejects.toThrow(/ivr\/flows\/nowhere\.yaml.*ivr\.flow/);
  });
});
