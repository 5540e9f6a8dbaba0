import { Listr, ListrLogger, ProcessOutput } from 'listr2'

/** A part of long work. */
export interface Step {
  readonly title: string
  /**
   * @param tell shows how far it is, below the title
   * @returns the title from then on, where it differs
   */
  run(tell: (line: string) => void): Promise<string | undefined>
}

/** Columns; a terminal may not know how many it has, and then says 0. */
const NARROWEST = 40

interface Streams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/**
 * Runs the steps one after the other and shows each on standard error: redrawn on a terminal, as plain lines elsewhere.
 * What a step throws is told by whoever ran the command.
 */
export async function runSteps(steps: readonly Step[], { stdout, stderr }: Streams): Promise<void> {
  const hasRoom = stdout.isTTY && stderr.isTTY && stderr.columns >= NARROWEST
  if (hasRoom) await redrawn(steps, stderr)
  else await asLines(steps, (line) => stderr.write(`${line}\n`))
}

async function redrawn(steps: readonly Step[], stderr: NodeJS.WriteStream): Promise<void> {
  const tasks = steps.map(({ title, run }) => ({
    title,
    async task(_context: object, task: { title: string; output: string }): Promise<void> {
      const done = await run((line) => {
        task.output = line
      })
      if (done !== undefined) task.title = done
    },
  }))
  const logger = new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(stderr, stderr) })
  await new Listr(tasks, {
    renderer: 'default',
    rendererOptions: { showErrorMessage: false, logger },
    registerSignalListeners: false,
  }).run()
}

async function asLines(steps: readonly Step[], say: (line: string) => void): Promise<void> {
  for (const { title, run } of steps) {
    say(title)
    let last = ''
    const done = await run((line) => {
      if (line !== last) say(`  ${line}`)
      last = line
    })
    if (done !== undefined) say(done)
  }
}
