/** Why SIP cannot listen, in words that say what to do. */

const KEYS: Readonly<Record<string, string>> = { UDP: 'sip.port', TCP: 'sip.tcpPort', TLS: 'sip.tlsPort' };

/** The fault of a socket that could not be bound, explained. */
export function listenFault(
  error: NodeJS.ErrnoException,
  at: { readonly transport: 'UDP' | 'TCP' | 'TLS'; readonly bind: string; readonly port: number },
): Error {
  const key = KEYS[at.transport] ?? 'sip.port';
  const protocol = at.transport === 'UDP' ? 'UDP' : 'TCP';
  const place = `${protocol} port ${at.port} on ${at.bind}`;
  const texts: Readonly<Record<string, string>> = {
    EADDRINUSE: `SIP cannot start: ${place} is taken by another program. Stop it, or set ${key} to a free port.`,
    EACCES: `SIP cannot start: no permission for ${place}. Set ${key} to a port above 1023.`,
    EADDRNOTAVAIL: `SIP cannot start: the host has no address ${at.bind}. Set sip.bind to one of its addresses or 0.0.0.0.`,
  };
  return new Error(texts[error.code ?? ''] ?? `SIP cannot start: ${place}: ${error.message}`, { cause: error });
}
