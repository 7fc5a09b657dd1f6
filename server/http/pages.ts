import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Request, RequestHandler, Response } from 'express';

const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (s) => s.isFile(),
    () => false,
  );
}

/** Path below the folder of pages, or undefined for what must not be served. */
function safePath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url);
    const parts = path.split(/[/\\]/);
    return path.includes('\0') || parts.some((p) => p.startsWith('.')) ? undefined : path;
  } catch {
    return undefined;
  }
}

async function send(request: Request, response: Response, dir: string, file: string): Promise<void> {
  const hashed = file.startsWith('/assets/');
  response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.vary('Accept-Encoding');
  response.type(extname(file));
  let sent = file;
  for (const { name, suffix } of encodings) {
    if (request.acceptsEncodings(name) !== name || !(await isFile(join(dir, file + suffix)))) continue;
    response.setHeader('Content-Encoding', name);
    sent = file + suffix;
    break;
  }
  response.sendFile(sent.slice(1), { root: dir, cacheControl: false, acceptRanges: false });
}

/**
 * The built pages: files as they are (compressed when the builder left `.br` or `.gz` beside them), `index.html` for
 * every address of the page itself.
 */
export function servePages(dir: string): RequestHandler {
  return async (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      next();
      return;
    }
    const path = safePath(request.path);
    if (path === undefined) {
      next();
      return;
    }
    if (path !== '/' && (await isFile(join(dir, path)))) {
      await send(request, response, dir, path);
      return;
    }
    // A missing script must not be answered with a page.
    if (extname(path) !== '') {
      next();
      return;
    }
    if (existsSync(join(dir, 'index.html'))) await send(request, response, dir, '/index.html');
    else response.status(503).type('text/plain').send('页面尚未构建，请运行 npm run build:pages\n');
  };
}
