import { Command } from 'commander'
import { withManual } from '../frame/manual.ts'
import { wholeNumber } from '../frame/numbers.ts'
import { givenPath } from '../frame/path.ts'
import { loaded, running } from '../frame/running.ts'

export function hybridCommand(): Command {
  return new Command('hybrid')
    .description('Make what hybrid mode needs.')
    .addCommand(generateCommand())
    .addCommand(pkiCommand())
}

function pkiCommand(): Command {
  const names = (text: string): string[] => text.split(',').map((name) => name.trim())
  const command = new Command('gen_pki')
    .description(
      'Make an authority and certificates for a cluster with cluster_mtls=pki: ca, hub (for servers), node-1 and so on (for clients, each of a node id of its own), and the pair of the feed, which only admin-apis and hubs may have. Existing files are never overwritten.',
    )
    .argument('[folder]', 'where the files go; ./pki if not named', givenPath)
    .option(
      '-d, --days <days>',
      'how long they are valid; the authority ten times as long',
      wholeNumber({ min: 1, max: 3650 }),
      1095,
    )
    .option('-n, --nodes <count>', 'how many nodes', wholeNumber({ min: 1, max: 1000 }), 1)
    .option(
      '--hub <names>',
      'the names and addresses by which nodes reach hubs',
      names,
      names('kong_clustering,localhost,127.0.0.1,::1'),
    )
    .option('--ocsp <url>', 'the responder to be named in the certificates of nodes')
    .option('--more', 'only certificates of nodes, from the authority that is in the folder')
    .action(running(loaded(async () => (await import('../hybrid/gen-pki.ts')).generatePki)))
  return withManual(command, {
    examples: [
      ['biplane hybrid gen_pki --nodes 3 --hub hub.example.com', 'in ./pki: an authority, and all it issues'],
      ['biplane hybrid gen_pki --more --nodes 2', 'two more nodes, from the same authority'],
    ],
  })
}

function generateCommand(): Command {
  const command = new Command('gen_cert')
    .description(
      'Make a self-signed certificate (EC P-384, CN kong_clustering) and its private key. A cluster needs two pairs: one that hubs and nodes share (cluster_cert, cluster_cert_key), and another that admin-apis and hubs share (feed_cert, feed_cert_key), which no node may have. Existing files are never overwritten.',
    )
    .argument('[cert]', 'the certificate, mode 644; ./cluster.crt if neither file is named', givenPath)
    .argument('[key]', 'the private key, mode 600; ./cluster.key if neither file is named', givenPath)
    .option('-d, --days <days>', 'how long it is valid', wholeNumber({ min: 1, max: 36_500 }), 1095)
    .action(running(loaded(async () => (await import('../hybrid/gen-cert.ts')).generatePair)))
  return withManual(command, {
    examples: [
      ['biplane hybrid gen_cert', 'the pair of hubs and nodes: ./cluster.crt and ./cluster.key'],
      ['biplane hybrid gen_cert feed.crt feed.key', 'the pair of the feed'],
      ['biplane hybrid gen_cert --days 90 /etc/biplane/cluster.crt /etc/biplane/cluster.key'],
    ],
  })
}
