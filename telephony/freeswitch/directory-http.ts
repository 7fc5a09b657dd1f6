/**
 * The directory that FreeSWITCH's mod_xml_curl asks: who may register, and what a registered phone's calls carry.
 *
 * mod_xml_curl asks for one thing at a time, so it is answered from memory. When it gets no answer, or "not found", it
 * looks into its own files: those must hold no users.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type Request, type Response, type Router } from 'express';
import type { EndpointCredential, EndpointDirectory } from '../ports/switch.ts';
import { encodeValue } from './marks.ts';

export interface DirectoryHttpOptions {
  readonly directory: EndpointDirectory;
  readonly domain: string;
  /** Password of FreeSWITCH's basic authentication; the user name does not matter. */
  readonly token: string;
  readonly nowMs: () => number;
}

const NOT_FOUND = xml('<section name="result">\n<result status="not found"/>\n</section>');
const MOST_BODY = '64kb';

/** Answers POSTs of mod_xml_curl at `/`. */
export function createDirectoryRouter(options: DirectoryHttpOptions): Router {
  const router = express.Router();
  const expected = digest(options.token);
  router.post(
    '/',
    express.urlencoded({ extended: false, limit: MOST_BODY }),
    (request: Request, response: Response) => {
      if (!timingSafeEqual(digest(passwordOf(request)), expected)) {
        response.status(401).set('WWW-Authenticate', 'Basic realm="freeswitch"').end();
        return;
      }
      response.type('text/xml').send(directoryAnswer(options, formOf(request)));
    },
  );
  return router;
}

/** The XML for one question. */
export function directoryAnswer(options: DirectoryHttpOptions, form: Readonly<Record<string, string>>): string {
  if (form['section'] !== 'directory' || form['domain'] !== options.domain) return NOT_FOUND;
  const credential = options.directory.find(form['user'] ?? '');
  if (credential === undefined || credential.expiresAtMs <= options.nowMs()) return NOT_FOUND;
  return userXml(options.domain, credential);
}

/** The preprocessor drops each line that holds `<?`, and mod_xml_curl wants a line break after the first line. */
function xml(inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<document type="freeswitch/xml">\n${inner}\n</document>\n`;
}

function userXml(domain: string, { username, endpointId, ha1Md5 }: EndpointCredential): string {
  const dial = `{^^:sip_invite_domain=\${dialed_domain}}\${sofia_contact(*/\${dialed_user}@\${dialed_domain})}`;
  return xml(
    [
      '<section name="directory">',
      `<domain name="${escape(domain)}">`,
      `<user id="${escape(username)}">`,
      `<params><param name="a1-hash" value="${escape(ha1Md5)}"/><param name="dial-string" value="${escape(dial)}"/></params>`,
      `<variables><variable name="hl_endpoint" value="${escape(encodeValue(endpointId))}"/></variables>`,
      '</user>',
      '</domain>',
      '</section>',
    ].join('\n'),
  );
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function passwordOf(request: Request): string {
  const [scheme, value] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic' || value === undefined) return '';
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

function formOf(request: Request): Readonly<Record<string, string>> {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).filter((e): e is [string, string] => typeof e[1] === 'string'));
}
