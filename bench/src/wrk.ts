import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Load {
  readonly url: string
  /** How many paths `<prefix>0`, `<prefix>1`, … are asked for in turn; 1 asks for the URL as it is. */
  readonly paths?: { readonly prefix: string; readonly count: number }
  readonly headers?: Readonly<Record<string, string>>
}

export interface Outcome {
  readonly requests: number
  readonly perSecond: number
  readonly p99Ms: number
  /** Answers other than 2xx and 3xx, and broken connections. */
  readonly errors: number
}

const CONNECTIONS = 64

/** Loads a URL for some seconds from one thread on one processor. @throws Error when wrk is not installed */
export async function runWrk(home: string, cpu: number, seconds: number, load: Load): Promise<Outcome> {
  const script = join(home, 'wrk.lua')
  writeFileSync(script, lua(load))
  const text = await output('taskset', [
    '-c',
    String(cpu),
    'wrk',
    '-t1',
    `-c${CONNECTIONS}`,
    `-d${seconds}`,
    '--latency',
    '-s',
    script,
    load.url,
  ])
  const field = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  return {
    requests: field('requests'),
    perSecond: field('requests') / (field('microseconds') / 1e6),
    p99Ms: field('p99') / 1000,
    errors: field('errors'),
  }
}

function lua({ paths, headers = {} }: Load): string {
  const set = Object.entries(headers).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
  const rotate =
    paths === undefined
      ? ''
      : `local n = 0
function request() n = (n * 1103515245 + 12345) % 2147483648; return wrk.format("GET", "${paths.prefix}" .. (n % ${paths.count})) end`
  return `${set.join('\n')}
${rotate}
function done(summary, latency)
  io.write("\\nrequests " .. summary.requests .. "\\nmicroseconds " .. summary.duration .. "\\np99 " .. latency:percentile(99))
  local e = summary.errors
  io.write("\\nerrors " .. (e.connect + e.read + e.write + e.status + e.timeout) .. "\\n")
end
`
}

function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk
    })
    child.once('error', fail)
    child.once('close', (code) =>
      code === 0
        ? done(text)
        : fail(new Error(`wrk ended with ${code}; is it installed? apt-get install wrk`)),
    )
  })
}
