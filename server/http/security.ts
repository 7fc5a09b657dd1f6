import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Headers for our own pages: only our scripts, sockets to us, sound from us and from memory. */
export function securityHeaders(): RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          baseUri: ["'none'"],
          // wss: and ws: because not every browser counts a WebSocket as 'self'.
          connectSrc: ["'self'", 'ws:', 'wss:'],
          fontSrc: ["'self'", 'data:'],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          imgSrc: ["'self'", 'data:', 'blob:'],
          mediaSrc: ["'self'", 'blob:', 'mediastream:'],
          objectSrc: ["'none'"],
          scriptSrc: ["'self'"],
          // The component library writes its styles into the page.
          styleSrc: ["'self'", "'unsafe-inline'"],
          workerSrc: ["'self'", 'blob:'],
        },
      },
      // The certificate may be self-signed, and HTTP on localhost must go on working.
      strictTransportSecurity: false,
      // Browsers warn about both on a page that is not secure, and neither protects anything here.
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
      referrerPolicy: { policy: 'same-origin' },
    }),
    (_request, response, next) => {
      response.setHeader('Permissions-Policy', 'microphone=(self), camera=(), geolocation=()');
      next();
    },
  ];
}
