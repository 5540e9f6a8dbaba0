import { writeFileSync } from 'node:fs'
import { generateClusterPair } from '@biplane/service'
import { Command } from 'commander'
import { withManual } from '../frame/manual.ts'
import { type Outcome, running } from '../frame/running.ts'

export function hybridCommand(): Command {
  const generate = new Command('gen_cert')
    .description('Make a certificate and its key for the links of a cluster')
    .argument('[cert]', 'where to write the certificate', './cluster.crt')
    .argument('[key]', 'where to write the private key', './cluster.key')
    .action(running((_session, _options, cert: string, key: string) => generatePair(cert, key)))
  withManual(generate, { examples: [['biplane hybrid gen_cert', 'writes ./cluster.crt and ./cluster.key']] })
  return new Command('hybrid').description('What hybrid mode needs').addCommand(generate)
}

async function generatePair(cert: string, key: string): Promise<Outcome> {
  const pair = await generateClusterPair()
  writeFileSync(key, pair.key, { mode: 0o600, flag: 'wx' })
  writeFileSync(cert, pair.cert, { mode: 0o644, flag: 'wx' })
  return { json: { cert, key }, text: `wrote ${cert} and ${key}` }
}
