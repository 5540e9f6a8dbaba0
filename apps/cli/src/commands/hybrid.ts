import { writeFileSync } from 'node:fs'
import { generateClusterPair } from '@biplane/service'
import { Command } from 'commander'

export function hybridCommand(): Command {
  return new Command('hybrid')
    .description('What hybrid mode needs')
    .addCommand(
      new Command('gen_cert')
        .description('Make a certificate and its key for the links of a cluster')
        .argument('[cert]', 'where to write the certificate', './cluster.crt')
        .argument('[key]', 'where to write the private key', './cluster.key')
        .action(generate),
    )
}

async function generate(cert: string, key: string): Promise<void> {
  const pair = await generateClusterPair()
  writeFileSync(key, pair.key, { mode: 0o600, flag: 'wx' })
  writeFileSync(cert, pair.cert, { mode: 0o644, flag: 'wx' })
}
