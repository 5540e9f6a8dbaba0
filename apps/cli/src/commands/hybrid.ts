import { Command } from 'commander'
import { withManual } from '../frame/manual.ts'
import { wholeNumber } from '../frame/numbers.ts'
import { givenPath } from '../frame/path.ts'
import { loaded, running } from '../frame/running.ts'

export function hybridCommand(): Command {
  return new Command('hybrid').description('Make what hybrid mode needs.').addCommand(generateCommand())
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
