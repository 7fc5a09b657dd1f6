/** The sample city's articles as they stand in its folder. */
import { pino } from 'pino';
import { KnowledgeFolder } from '../../server/knowledge/knowledge-folder.ts';
import type { KnowledgeIndex } from '../../server/drafts/knowledge/knowledge-index.ts';

export async function loadKnowledge(dir = 'config/sample/jiangcheng/knowledge'): Promise<KnowledgeIndex> {
  const folder = new KnowledgeFolder({ dir, lookEveryMs: 1_000, logger: pino({ level: 'silent' }) });
  await folder.look();
  if (folder.faults.length > 0) throw new Error(folder.faults.map((f) => `${f.file} ${f.message}`).join('\n'));
  return folder.index;
}
