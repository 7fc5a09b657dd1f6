/** Entry of the learning child: makes TypeScript loadable, however the parent was started, then runs learn-child.ts. */
import { register } from 'tsx/esm/api';

register();
await import('./learn-child.ts');
