/** Between the bench and the process that plays the pages. */

export interface PagesTask {
  readonly url: string;
  /** Session cookies: `name=value`. */
  readonly desktops: readonly string[];
  readonly supervisors: readonly string[];
  readonly changesPerS: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface PagesReport {
  readonly changes: number;
  /** Changes that a screen did not show. */
  readonly missed: number;
  /** For each change, milliseconds from the request until the last screen showed it. */
  readonly lastScreenMs: readonly number[];
  /** Of each screen. */
  readonly screenP99Ms: number;
  readonly eventsHeard: number;
  /** How late this process itself was, at worst. */
  readonly ownDelayP99Ms: number;
}
