import { type Command, Option } from 'commander'
import { givenPath } from '../frame/path.ts'

/** How a command is told where the Admin API is, and what it shows there. */
export interface AdminOptions {
  readonly admin?: string
  readonly insecure?: true
  /** The path of a PEM file. */
  readonly ca?: string
  readonly token?: string
  /** The path of a file that holds nothing else. */
  readonly tokenFile?: string
  /** The path of a PEM file. */
  readonly cert?: string
  /** The path of a PEM file. */
  readonly key?: string
}

const WHERE = 'the Admin API; by default where KONG_ADMIN_LISTEN says, or http://127.0.0.1:8001'

/** Adds them to a command. */
export function adminOptions(command: Command, where = WHERE): Command {
  return command
    .option('-a, --admin <url>', where)
    .option('--ca <file>', 'the authority of its certificate, as PEM', givenPath)
    .option('-k, --insecure', 'trust any certificate of it')
    .addOption(
      new Option(
        '--token-file <file>',
        'a file with the token that it asks for; by default that of BIPLANE_ADMIN_TOKEN',
      )
        .argParser(givenPath)
        .conflicts('token'),
    )
    .option(
      '--token <token>',
      'the token itself, which others on this machine can see in the list of processes',
    )
    .option('--cert <file>', 'the client certificate to show it, as PEM', givenPath)
    .option('--key <file>', 'the private key of that certificate', givenPath)
}
