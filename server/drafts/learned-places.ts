/** Names of places that people say and the city's lists do not have, told by what agents choose for them. Pure. */
import type { CityIndex } from './city-index.ts';
import type { Draft } from './types.ts';

/** A name and the community that is meant by it. */
export interface LearnedName {
  readonly text: string;
  readonly communityId: string;
}

/** What estates, markets and schools are called; a word without such an ending may be anything. */
const named =
  /[\u4e00-\u9fff]{2,8}?(?:小区|花园|家园|新村|公寓|大厦|广场|市场|公园|小学|中学|幼儿园|医院|苑|府|里|城|庄|坊)(?![\u4e00-\u9fff]*?(?:路|街道))/;
const filler = /^(?:在|住在?|我们|我|那个|这个|就是|是|到|位于)+/;

/**
 * The name that an agent has put in its place: the place's words hold one that the city does not know, and the agent has
 * chosen its community. Null when there is nothing to learn.
 */
export function nameToLearn(index: CityIndex, draft: Draft): LearnedName | null {
  const { communityId, placeText } = draft.fields;
  if (communityId.origin !== 'agent' || communityId.value === '' || placeText.value === '') return null;
  const known = [
    ...index.city.streets.flatMap((s) => [s.name, ...s.aliases]),
    ...index.city.communities.map((c) => c.name),
    ...index.city.roads.map((r) => r.name),
  ];
  // 滨江街道望江路蓝鲸苑: what is known already is not part of the new name.
  const rest = known
    .sort((a, b) => b.length - a.length)
    .reduce((text, name) => text.replaceAll(name, ' '), placeText.value);
  const text = (named.exec(rest)?.[0] ?? '').replace(filler, '');
  const isKnown = index.city.communities.some((c) => [c.name, ...c.aliases, ...c.places].includes(text));
  return text.length < 3 || isKnown ? null : { text, communityId: communityId.value };
}
