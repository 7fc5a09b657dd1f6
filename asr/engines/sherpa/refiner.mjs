/** Entry of a second-pass child: makes TypeScript loadable, then runs refiner-main.ts. */
import { register } from 'tsx/esm/api';

register();
await import('./refiner-main.ts');
