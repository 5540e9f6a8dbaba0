import { VERSION } from '@biplane/service'
import { Command, type Option } from 'commander'
import { cacheCommand } from './commands/cache.ts'
import { configCommand } from './commands/config.ts'
import { doctorCommand } from './commands/doctor.ts'
import { hybridCommand } from './commands/hybrid.ts'
import { migrationsCommand } from './commands/migrations.ts'
import { nodesCommand } from './commands/nodes.ts'
import { startCommand } from './commands/start.ts'
import { tokenCommand } from './commands/token.ts'
import { withManual } from './frame/manual.ts'
import { givenPath } from './frame/path.ts'

/** The whole command line. A command is one file in `commands/` and one line in this list. */
export function biplane(): Command {
  const commands = [
    startCommand(),
    hybridCommand(),
    migrationsCommand(),
    nodesCommand(),
    configCommand(),
    doctorCommand(),
    cacheCommand(),
    tokenCommand(),
  ]
  const program = new Command('biplane')
    .description('Runs, prepares and looks after a Biplane cluster.')
    .version(VERSION)
    .option('--json', 'print one JSON document on standard output and everything else on standard error')
    .option('--verbose', 'tell more: stacks of errors, what is ignored')
    .option(
      '-c, --conf <file>',
      'a settings file, in place of KONG_CONF; KONG_* variables win over it',
      givenPath,
    )
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: commonOptions,
      subcommandDescription: firstSentence,
    })
  withManual(program, {
    examples: [['biplane help nodes'], ['biplane nodes --watch']],
    exitCodes: { 130: 'interrupted by Ctrl-C' },
  })
  for (const command of commands) adopt(program, command)
  return program
}

/** Commander hands these settings down only to commands that it makes itself. */
function adopt(parent: Command, command: Command): void {
  parent.addCommand(command)
  inherit(command, parent)
}

function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inherit(child, command)
}

function firstSentence(command: Command): string {
  return command.description().replace(/[.:] .*$/s, '.')
}

/** The program's own options that its commands have too. */
function commonOptions(command: Command): Option[] {
  const { parent } = command
  if (parent === null) return []
  return parent.parent === null
    ? parent.options.filter(({ long }) => long !== '--version')
    : commonOptions(parent)
}
