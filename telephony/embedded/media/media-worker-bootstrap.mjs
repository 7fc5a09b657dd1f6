// Node 20 cannot load TypeScript by itself: this registers tsx in the worker's own thread and then starts the worker.
import { register } from 'tsx/esm/api';

register();
await import('./media-worker.ts');
