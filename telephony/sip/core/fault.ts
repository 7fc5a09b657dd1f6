/** The answer to a request that is broken and can be answered all the same. */
import type { ParseFault } from '../message/parse.ts';
import { splitOutside } from '../message/tokens.ts';
import type { SipResponse } from '../message/types.ts';
import { parseVia, type Via } from '../message/via.ts';
import { makeResponse } from './build.ts';
import type { CoreRuntime } from './runtime.ts';
import type { Flow } from './types.ts';

/** 400 or 505; undefined: none, as for an ACK, for one without what an answer needs, and for strangers over UDP. */
export function answerToFault(
  runtime: CoreRuntime,
  fault: ParseFault,
  flow: Flow,
): { readonly response: SipResponse; readonly via: Via } | undefined {
  const { refusable } = fault;
  if (refusable === undefined || refusable.method === 'ACK') return undefined;
  const headers = (name: string): string => refusable.headers.find((h) => h.name === name)?.value ?? '';
  const via = parseVia(splitOutside(headers('via'), ',')[0] ?? '');
  if (via === undefined || ['from', 'to', 'call-id', 'cseq'].some((name) => headers(name) === '')) return undefined;
  const admission = runtime.options.admit(undefined, flow, runtime.nowMs);
  if (admission.type === 'drop' || (admission.trusted === undefined && flow.transport === 'UDP')) return undefined;
  const status = fault.code === 'bad-version' ? 505 : 400;
  return { response: makeResponse(refusable, status, { toTag: runtime.options.newToken() }), via };
}
