import { Command, Option } from 'commander'
import { adminOptions } from '../admin/options.ts'
import { withManual } from '../frame/manual.ts'
import { seconds, wholeNumber } from '../frame/numbers.ts'
import { loaded, running } from '../frame/running.ts'
import { STATES } from '../nodes/condition.ts'

export function nodesCommand(): Command {
  const command = adminOptions(new Command('nodes'))
    .description(
      'Show every data plane as it reported itself: its state, the revision it runs and how many it lacks (LAG), when it was last seen, its version, its hub, and what is wrong with it.',
    )
    .addOption(
      new Option(
        '-w, --watch [seconds]',
        'look again every 2 seconds, or every so many; with --json, one line each time',
      )
        .argParser(seconds({ min: 0.1 }))
        .conflicts(['check', 'waitFor']),
    )
    .option('--check', 'fail unless every node is in_sync')
    .addOption(
      new Option('--wait-for <state>', 'wait until every node is in that state')
        .choices(STATES)
        .conflicts('check'),
    )
    .option('--timeout <seconds>', 'how long to wait for it (default: 60)', seconds({ min: 0 }))
    .option(
      '--at-least <n>',
      'how many nodes there must be (default: 1 to wait for, 0 to check)',
      wholeNumber({ min: 0 }),
    )
    .option('--ignore-offline', 'do not count nodes that are offline; they stay in the list for days')
    .action(running(loaded(async () => (await import('../nodes/nodes.ts')).showNodes)))
  return withManual(command, {
    examples: [
      ['biplane nodes'],
      ['biplane nodes --watch'],
      ['biplane nodes --wait-for in_sync --at-least 2 --timeout 30', 'after a change, in a script'],
      ['biplane nodes --check --ignore-offline || alert', 'a probe'],
      ['biplane nodes --admin https://admin.example:8444 --ca ca.crt --json'],
    ],
    exitCodes: { 1: 'failed; or, with --check or --wait-for, not every node is in that state' },
  })
}
