/** Entry of a recogniser child: makes TypeScript loadable, however the parent was started, then runs child-main.ts. */
import { register } from 'tsx/esm/api';

register();
await import('./child-main.ts');
