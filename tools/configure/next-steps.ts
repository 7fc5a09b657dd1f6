/** What an operator does next, in words. Pure. */
import type { DrachtioSettings } from './drachtio-files.ts';
import type { FreeswitchSettings } from './freeswitch-settings.ts';
import type { SecretFiles } from './settings.ts';

const numbered = (steps: readonly string[]): string => steps.map((step, i) => `  ${i + 1}. ${step}`).join('\n');

export function freeswitchSteps(settings: FreeswitchSettings, dir: string, secrets: SecretFiles): string {
  const { name, trunkPort, eventSocket, edgeAddress, wssPort, rtpPortMin, rtpPortMax, address } = settings;
  const tls =
    wssPort === undefined
      ? []
      : [`Put the certificate and its key, one after the other, into tls/wss.pem of FreeSWITCH's certificate folder.`];
  return `Wrote ${dir}. Next:

${numbered([
  `Copy the folder to the switch as its user, so that it keeps its rights:  rsync -a ${dir}/ freeswitch@${address}:/etc/hotline-freeswitch/`,
  ...tls,
  'Try it there:  freeswitch -nonat -conf /etc/hotline-freeswitch -log /var/log/freeswitch -db /var/lib/freeswitch/db',
  `See that both profiles run:  fs_cli -P ${eventSocket.port} -p "$(cat ${secrets.eventSocketPassword})" -x 'sofia status'`,
  `Tell the server in hotline.yaml:  switch: { type: freeswitch, freeswitch: { directoryTokenFile: ${secrets.directoryToken}, nodes: [{ name: ${name}, address: ${eventSocket.address}, eventPort: ${eventSocket.port}, trunkPort: ${trunkPort}, wsPort: ${settings.wsPort}, passwordFile: ${secrets.eventSocketPassword} }] } }`,
  edgeAddress === undefined
    ? `Have the carriers send calls to ${address}:${trunkPort} (UDP).`
    : `Name it in edge.nodes: { name: ${name}, address: ${address}, port: ${trunkPort} }`,
  `Open in the firewall: UDP ${trunkPort} for ${edgeAddress ?? 'the carriers'}, UDP ${rtpPortMin} to ${rtpPortMax} for audio, TCP ${settings.wsPort}${wssPort === undefined ? '' : ` and ${wssPort}`} for the server (which passes agents’ sockets on). TCP ${eventSocket.port} for the server alone.`,
])}
`;
}

export function drachtioSteps(settings: DrachtioSettings, dir: string, secretFile: string): string {
  const { address, sipPort, adminAddress, adminPort } = settings;
  return `Wrote ${dir}. Next:

${numbered([
  `Start it:  drachtio -f ${dir}/drachtio.conf.xml`,
  `Tell the edge the secret:  edge.drachtioSecretFile: ${secretFile}  (and edge.drachtioHost: ${adminAddress}, port ${adminPort})`,
  'Name trunks (sip.trunks) and switches (edge.nodes) in hotline.yaml, then:  npm run edge',
  `Have the carriers send calls to ${settings.externalAddress ?? address}:${sipPort}.`,
  `Open in the firewall: UDP and TCP ${sipPort} for the carriers. TCP ${adminPort} for the edge alone.`,
])}
`;
}
