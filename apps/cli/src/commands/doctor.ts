import { apps } from '@biplane/service'
import { Command, Option } from 'commander'
import { adminOptions } from '../admin/options.ts'
import { withManual } from '../frame/manual.ts'
import { loaded, running } from '../frame/running.ts'

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description(
      'Find out what is wrong on this machine, and what to do about it: settings, Node.js, folders, disk, open files, ports, readiness, certificates, the database, the keyring, links to hubs and feeds, the copy of the config, clocks, versions, nodes. Nothing is changed, and nothing has to be stopped. Run this with the settings of an app, where and as the user that the app runs. Without any settings, in a folder where npm start has made a cluster, its apps are examined.',
    )
    .addOption(
      new Option('--app <app>', 'the app to examine; by default those whose settings are given').choices(
        apps,
      ),
    )
    .option('--strict', 'fail for warnings too')
    .action(running(loaded(async () => (await import('../doctor/doctor.ts')).diagnose)))
  return withManual(adminOptions(command, WHERE), {
    examples: [
      ['biplane doctor', 'the apps of the local cluster, or of the settings in the environment'],
      ['biplane doctor --conf /etc/biplane/dataplane.conf --admin http://admin:8001'],
      ['biplane doctor --app sync-hub --strict || alert', 'a probe'],
      [`biplane doctor --json | jq '.[] | select(.level == "problem")'`, 'for programs'],
    ],
    exitCodes: {
      0: 'all is well, or there are warnings only',
      1: 'there is a problem; with --strict, or a warning',
    },
  })
}

const WHERE =
  'the Admin API, to compare clocks and versions with it and to see how it lists nodes; an admin-api is asked at its own address without'
