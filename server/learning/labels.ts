/** How a history may write a class: the leaf's id, its path, or its own name where only one leaf has it. Pure. */
import type { CatalogueClass } from '../../config/city.ts';

export interface Label {
  readonly label: string;
  readonly top: string;
}

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .trim()
    .replaceAll(/\s*[/›>|\\,-]\s*|\s*->\s*/g, '/');

/** Finds the leaf that a cell means; undefined when there is none or more than one. */
export function labelReader(catalogue: readonly CatalogueClass[]): (cell: string) => Label | undefined {
  const known = new Map<string, CatalogueClass | null>();
  const add = (name: string, leaf: CatalogueClass): void => {
    const other = known.get(name);
    known.set(name, other === undefined || other === leaf ? leaf : null);
  };
  for (const leaf of catalogue) add(plain(leaf.path[2]), leaf);
  // Ids and whole paths mean one leaf, whatever else is called so.
  for (const leaf of catalogue) known.set(plain(leaf.path.join('/')), leaf).set(plain(leaf.id), leaf);
  return (cell) => {
    const leaf = known.get(plain(cell));
    return leaf === undefined || leaf === null ? undefined : { label: leaf.id, top: leaf.path[0] };
  };
}
