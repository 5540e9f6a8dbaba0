import { VERSION } from '@biplane/service'
import { Command } from 'commander'
import { hybridCommand } from './commands/hybrid.ts'

const program = new Command('biplane')
  .description('The command line of Biplane')
  .version(VERSION)
  .showHelpAfterError()
  .addCommand(hybridCommand())

await program.parseAsync()
