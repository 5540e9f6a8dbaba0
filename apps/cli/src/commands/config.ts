import { Command } from 'commander'
import { adminOptions } from '../admin/options.ts'
import { withManual } from '../frame/manual.ts'
import { loaded, running } from '../frame/running.ts'

export function configCommand(): Command {
  return new Command('config')
    .description(
      'Keep the config of a cluster in a file: check one, make it the config, write one. The format is the declarative one of Kong, as YAML or JSON.',
    )
    .addCommand(parseCommand())
    .addCommand(importCommand())
    .addCommand(exportCommand())
}

function parseCommand(): Command {
  const command = new Command('parse')
    .description(
      'Check a declarative config by itself: nothing is asked and nothing is changed. It is judged as the Admin API judges it, with the plugins that the settings plugins and plugins_path name: all that ship with this release, unless they say otherwise.',
    )
    .argument('<file>', 'the file, or - for standard input')
    .action(running(loaded(async () => (await import('../config/parse.ts')).parseFile)))
  return withManual(command, {
    examples: [['biplane config parse kong.yaml'], ['cat kong.yaml | biplane config parse -', 'from a pipe']],
    exitCodes: { 1: 'the file cannot be read, or is no valid config' },
  })
}

function importCommand(): Command {
  const command = adminOptions(new Command('import'))
    .alias('db_import')
    .description(
      'Make a declarative config the config of the cluster, as one revision: what it does not name is deleted, but for the tokens and sessions that plugins wrote. What changes is told first, and asked for where something is deleted.',
    )
    .argument('<file>', 'the file, or - for standard input')
    .option('--dry-run', 'tell what would change, and change nothing')
    .option('-y, --yes', 'do not ask')
    .action(running(loaded(async () => (await import('../config/import.ts')).importFile)))
  return withManual(command, {
    examples: [
      ['biplane config import --dry-run kong.yaml'],
      ['biplane config import --yes kong.yaml', 'in a script'],
      ['biplane config import --admin https://admin.example:8444 --ca ca.crt kong.yaml'],
    ],
    exitCodes: { 1: 'failed, or the question was answered with no: nothing was changed' },
  })
}

function exportCommand(): Command {
  const command = adminOptions(new Command('export'))
    .alias('db_export')
    .description(
      'Write the config of the cluster as YAML that import makes the same config of. It holds secrets: keep it as safe as the database.',
    )
    .argument('[file]', 'the file, made with mode 600; standard output if left out')
    .option('-f, --force', 'overwrite the file')
    .action(running(loaded(async () => (await import('../config/export.ts')).exportFile)))
  return withManual(command, {
    examples: [
      ['biplane config export kong.yaml'],
      ['biplane config export | gpg --encrypt -r ops > kong.yaml.gpg', 'without a plain copy on disk'],
    ],
  })
}
