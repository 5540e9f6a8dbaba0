import { Command } from 'commander'
import { withManual } from '../frame/manual.ts'
import { seconds } from '../frame/numbers.ts'
import { loaded, running } from '../frame/running.ts'
import { EXIT_CODES } from '../migrations/exit-codes.ts'

export function migrationsCommand(): Command {
  return new Command('migrations')
    .description('Look after the schema of the database. Only the pg_… settings are needed.')
    .addCommand(upCommand())
    .addCommand(statusCommand())
    .addCommand(newEpochCommand())
}

function upCommand(): Command {
  const command = new Command('up')
    .alias('bootstrap')
    .description(
      'Bring the schema to what this release needs. Several may be started at once: one migrates, in one transaction, the others wait. An admin-api does the same when it starts.',
    )
    .option(
      '-w, --wait <seconds>',
      'how long to wait for a database that cannot be reached',
      seconds({ min: 0 }),
      0,
    )
    .action(running(loaded(async () => (await import('../migrations/up.ts')).migrateUp)))
  return withManual(command, {
    examples: [
      ['biplane migrations up'],
      ['biplane migrations up --wait 60', 'where the database may be starting too'],
      ['KONG_PG_HOST=db biplane migrations up --json', 'with the settings of the apps, for a script'],
    ],
  })
}

function statusCommand(): Command {
  const command = new Command('status')
    .alias('list')
    .description('Tell which migrations were executed and which are pending, and change nothing.')
    .action(running(loaded(async () => (await import('../migrations/status.ts')).showStatus)))
  return withManual(command, {
    examples: [
      ['biplane migrations status'],
      ['biplane migrations status || biplane migrations up', 'migrate where anything is to be done'],
    ],
    exitCodes: EXIT_CODES,
  })
}

function newEpochCommand(): Command {
  const command = new Command('new-epoch')
    .description(
      'Make the journal another one, after the database was restored from a backup: every hub and node takes a snapshot, whatever it had seen. Traffic is not disturbed, and nothing has to be restarted.',
    )
    .option('-y, --yes', 'do not ask')
    .action(running(loaded(async () => (await import('../migrations/new-epoch.ts')).beginEpoch)))
  return withManual(command, {
    examples: [['biplane migrations new-epoch --yes', 'the last step of a restore']],
    exitCodes: { 1: 'failed, or the question was answered with no' },
  })
}
