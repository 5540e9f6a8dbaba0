import { Command } from 'commander'
import { withManual } from '../frame/manual.ts'
import { wholeNumber } from '../frame/numbers.ts'
import { givenPath } from '../frame/path.ts'
import { running } from '../frame/running.ts'
import { startCluster } from '../start/start.ts'

export function startCommand(): Command {
  const command = new Command('start')
    .description(
      'Bring up a whole cluster on this machine and stop it on Ctrl-C, as npm start does: database, admin-api, sync-hub, two data planes and an echo upstream. KONG_* settings reach every app.',
    )
    .option('--fresh', 'begin with an empty one')
    .option('--home <dir>', 'keep everything there instead of in .biplane in the clone', givenPath)
    .option(
      '--port-offset <n>',
      'add n to every port, for a second cluster beside the first',
      wholeNumber({ min: 0, max: 40_000 }),
    )
    .action(running(startCluster, { signals: 'left to the work' }))
  return withManual(command, {
    examples: [
      ['biplane start'],
      ['biplane start --home /tmp/second --port-offset 10000', 'a second one beside it'],
    ],
    exitCodes: { 0: 'stopped by Ctrl-C' },
  })
}
