/** Between a bench and the process that plays telephones. */

export type LoadOrder =
  /** Calls a number, so many a second. `holdMs` 0: until the far end hangs up. */
  | { readonly type: 'call'; readonly port: number; readonly calls: number; readonly perS: number }
  | { readonly type: 'report' }
  | { readonly type: 'hang-up' };

export type LoadReport =
  | { readonly type: 'ready'; readonly sipPort: number }
  | {
      readonly type: 'report';
      readonly answered: number;
      readonly failed: number;
      readonly ended: number;
      readonly inviteTo200Ms: readonly number[];
      /** User part of each INVITE that came to us, and when (epoch ms). */
      readonly invited: readonly { readonly user: string; readonly atMs: number }[];
    };
