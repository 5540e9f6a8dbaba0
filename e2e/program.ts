import { spawn } from 'node:child_process'

export interface ProgramEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A program of this machine under way, as somebody at a terminal has it. */
export interface Program {
  /** What it has written so far. */
  readonly told: { readonly stdout: string; readonly stderr: string }
  readonly ended: Promise<ProgramEnd>
  say(text: string): void
  /** What its standard output says of this after the last thing that was heard; throws when the program ends without. */
  hear(pattern: RegExp): Promise<RegExpExecArray>
  /** Says that nothing more comes, and waits until the program has ended. */
  leave(): Promise<ProgramEnd>
  kill(): Promise<ProgramEnd>
}

export function startProgram(
  file: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(file, args, { env: { ...process.env, ...variables }, stdio: 'pipe' })
  const told = { stdout: '', stderr: '' }
  let heard = 0
  let isOver = false
  let news: () => void = () => undefined
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      told[name] += chunk
      news()
    })
  // It may end before it has read all that it is told.
  child.stdin.on('error', () => undefined)
  const ended = new Promise<ProgramEnd>((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => {
      isOver = true
      news()
      done({ code, ...told })
    })
  })
  return {
    told,
    ended,
    say: (text) => void child.stdin.write(text),
    async hear(pattern) {
      for (;;) {
        const found = pattern.exec(told.stdout.slice(heard))
        if (found !== null) {
          heard += found.index + found[0].length
          return found
        }
        if (isOver) throw new Error(`${file} ended without saying ${pattern}: ${told.stdout}\n${told.stderr}`)
        await new Promise<void>((done) => {
          news = done
        })
      }
    },
    leave() {
      child.stdin.end()
      return ended
    },
    kill() {
      child.kill('SIGKILL')
      return ended
    },
  }
}

/** Runs a program to its end, which has to be a good one. */
export async function run(
  file: string,
  args: readonly string[],
  { input = '', variables = {} }: { input?: string; variables?: Readonly<Record<string, string>> } = {},
): Promise<ProgramEnd> {
  const program = startProgram(file, args, variables)
  program.say(input)
  const end = await program.leave()
  if (end.code !== 0) throw new Error(`${file} ${args.join(' ')}: ${end.code}\n${end.stdout}\n${end.stderr}`)
  return end
}
