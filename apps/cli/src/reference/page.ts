import type { Command } from 'commander'
import { biplane } from '../program.ts'
import { helpOf, leaves } from './leaves.ts'

const INTRODUCTION = `# The command line

\`biplane\` runs, prepares and looks after a cluster. In a clone it is \`npx biplane\`, after \`npm ci\`; in the container
images it is \`biplane\`. \`biplane help COMMAND\` and \`biplane COMMAND --help\` tell what is below.

Settings are those of the apps ([settings.md](settings.md)), as \`KONG_*\` variables or in the file that \`KONG_CONF\` or
\`--conf\` names; each command needs only those that it uses. Answers go to standard output, progress and errors to standard
error, and with \`--json\` the answer is one JSON document, that of a failure \`{"error": {"message", "details"}}\`. There are
colours only on a terminal, and none with \`NO_COLOR\`. Every command ends with 0 when it is done, with 1 when it failed, with 2
when it was called wrongly, and with 130 after Ctrl-C; what else it may end with is said below.
`

/** `docs/cli.md`, from the definitions of the commands. */
export function referencePage(): string {
  const program = biplane()
  const parts = leaves(program).map(([path, command]) => `## ${path}\n\n${block(command)}`)
  return `${INTRODUCTION}\n## What every command takes\n\n${block(program)}\n${parts.join('\n')}`
}

function block(command: Command): string {
  command.configureHelp({ ...command.configureHelp(), showGlobalOptions: false })
  return `\`\`\`text\n${helpOf(command).trimEnd()}\n\`\`\`\n`
}
