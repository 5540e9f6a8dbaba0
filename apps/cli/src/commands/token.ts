import { accessRoles } from '@biplane/service'
import { Command, Option } from 'commander'
import { withManual } from '../frame/manual.ts'
import { givenPath } from '../frame/path.ts'
import { loaded, running } from '../frame/running.ts'

export function tokenCommand(): Command {
  const command = new Command('token')
    .description(
      'Make a token for the Admin API: one for who shall use it, and its entry for the setting admin_tokens, which holds its hash only. Nothing else keeps it, and nobody can find it again. An admin-api takes a changed KONG_ADMIN_TOKENS_FILE over within seconds.',
    )
    .argument('<name>', 'who has it, as logs shall tell')
    .argument('[file]', 'where to write it, mode 600; standard output if left out', givenPath)
    .addOption(
      new Option('-r, --role <role>', 'what may be done with it').choices(accessRoles).default('write'),
    )
    .action(running(loaded(async () => (await import('../token/make.ts')).makeToken)))
  return withManual(command, {
    examples: [
      ['biplane token ci', 'the token and its entry'],
      ['biplane token grafana --role read-only grafana.token', 'only its entry is shown'],
      ['biplane nodes --token-file grafana.token', 'what it is for'],
    ],
  })
}
