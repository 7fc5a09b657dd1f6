/** `npm run edge`: the SIP proxy before the switches, an application of drachtio-server. */
import { readFileSync } from 'node:fs';
import { loadConfig } from '../../config/load-config.ts';
import { createLogger } from '../../server/log.ts';
import { edgeFaults, EdgeProcess } from './edge-process.ts';

const secretIn = (file: string): string => readFileSync(file, 'utf8').trim();

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  const config = loadConfig({ env: process.env });
  const { edge, sip } = config;
  const faults = edgeFaults(edge, sip.trunks);
  if (faults.length > 0) throw new Error(`The edge cannot start:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  const secret =
    edge.drachtioSecretFile === null ? (process.env['DRACHTIO_SECRET'] ?? '') : secretIn(edge.drachtioSecretFile);
  if (secret === '')
    throw new Error('The edge needs the secret of drachtio-server: DRACHTIO_SECRET or edge.drachtioSecretFile');
  const logger = createLogger(config.logLevel);
  const edgeProcess = new EdgeProcess({
    config: edge,
    trunks: sip.trunks,
    secret,
    stateToken: edge.stateTokenFile === null ? undefined : secretIn(edge.stateTokenFile),
    logger: logger.child({ part: 'edge' }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      void edgeProcess.close().finally(() => process.exit(0));
    });
  }
  await edgeProcess.start();
  process.stdout.write(
    `The edge serves ${edge.nodes.length} switches for ${sip.trunks.length} trunks; metrics on http://${edge.httpBind}:${edgeProcess.httpPort}/metrics\n`,
  );
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
