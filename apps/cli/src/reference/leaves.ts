import type { Command } from 'commander'

/** Every command that does something, by what is typed for it. */
export function leaves(command: Command, path = command.name()): [path: string, command: Command][] {
  if (command.commands.length === 0) return [[path, command]]
  return command.commands.flatMap((child) => leaves(child, `${path} ${child.name()}`))
}

/** What `--help` says on a terminal of so many columns. */
export function helpOf(command: Command, columns = 100): string {
  let text = ''
  command
    .configureOutput({
      writeOut(part) {
        text += part
      },
      getOutHelpWidth: () => columns,
      getOutHasColors: () => false,
    })
    .outputHelp()
  return text
}
