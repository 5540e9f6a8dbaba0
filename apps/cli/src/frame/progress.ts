import { Listr, ListrLogger, ListrLogLevels, ProcessOutput } from 'listr2'

/** A part of long work. */
export interface Step {
  readonly title: string
  /**
   * @param tell shows how far it is, below the title
   * @returns the title from then on, where it differs
   */
  run(tell: (line: string) => void): Promise<string | undefined>
}

/** Runs the steps one after the other and shows each on standard error: redrawn on a terminal, as lines elsewhere. */
export async function runSteps(steps: readonly Step[], stderr: NodeJS.WriteStream): Promise<void> {
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
  // Failures are told once, by whoever ran the command.
  const quiet = { showErrorMessage: false, logger }
  const plain = stderr.isTTY ? {} : { color: WITHOUT_COLOURS }
  await new Listr(tasks, {
    renderer: stderr.isTTY ? 'default' : 'simple',
    rendererOptions: quiet,
    fallbackRenderer: 'simple',
    fallbackRendererOptions: { logger, ...plain },
    registerSignalListeners: false,
  }).run()
}

const asItIs = (text?: string): string => text ?? ''

const WITHOUT_COLOURS = Object.fromEntries(Object.values(ListrLogLevels).map((level) => [level, asItIs]))
