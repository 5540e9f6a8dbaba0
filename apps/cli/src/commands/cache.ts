import { Command } from 'commander'
import { withManual } from '../frame/manual.ts'
import { givenPath } from '../frame/path.ts'
import { loaded, running } from '../frame/running.ts'

export function cacheCommand(): Command {
  return new Command('cache')
    .description('Look after the copy of the config that a hub or a data plane keeps on disk.')
    .addCommand(exportCommand())
}

function exportCommand(): Command {
  const command = new Command('export')
    .description(
      'Copy the config of a hub or a data plane, running or stopped, at one revision. The copy is verified, and holds nothing of who it was copied from: any number of data planes can start with it while the control plane is down, as their dbless.lmdb. It holds secrets: keep it as safe as the database. Run this where the app runs, in its container and as its user.',
    )
    .argument('<dir>', 'where the copy shall lie; it must not exist, or be empty', givenPath)
    .option(
      '-f, --from <path>',
      'the folder of the config, or the prefix it lies under; the settings prefix and lmdb_environment_path if left out',
      givenPath,
    )
    .option(
      '-k, --for-key <file>',
      'encrypt the copy for whoever has this private key as cluster_cert_key; left out, the copy is encrypted exactly where the config is, for the same keys',
      givenPath,
    )
    .action(running(loaded(async () => (await import('../cache/export.ts')).exportCache)))
  return withManual(command, {
    examples: [
      ['biplane cache export /backup/config', 'of the app whose settings are given'],
      ['biplane cache export --from /var/lib/biplane /backup/config', 'of the app with this prefix'],
      ['biplane cache export --for-key other/cluster.key /backup/config', 'for nodes of another certificate'],
      [
        'KONG_LMDB_ENVIRONMENT_PATH=/backup/config node apps/dataplane/src/main.ts',
        'a data plane that serves the copy',
      ],
    ],
    exitCodes: { 1: 'failed: there is no copy, and nothing was left behind' },
  })
}
