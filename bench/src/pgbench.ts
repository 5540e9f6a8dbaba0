import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Statement } from './statement-log.ts'

/** Digits in the parameters of recorded statements that are other ones in each transaction. */
export const VARIABLE_DIGITS = '000000000000'

export interface PgbenchOptions {
  /** Where its script may be written. */
  readonly home: string
  readonly databaseUrl: string
  readonly statements: readonly Statement[]
  readonly clients: number
  readonly seconds: number
}

/** Transactions per second of the very statements, prepared as the Admin API has them. @throws Error where any failed */
export async function runPgbench(options: PgbenchOptions): Promise<number> {
  const { home, databaseUrl, statements, clients, seconds } = options
  const script = join(home, 'pgbench.sql')
  const { text, variables } = toScript(statements)
  writeFileSync(script, text)
  const shape = [
    '-n',
    '-M',
    'prepared',
    '-c',
    String(clients),
    '-j',
    '1',
    '-T',
    String(seconds),
    '-f',
    script,
  ]
  const defined = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`])
  const { stdout } = await promisify(execFile)('pgbench', [...shape, ...defined, databaseUrl]).catch(explain)
  const perSecond = /^tps = ([\d.]+) \(without/m.exec(stdout)?.[1]
  if (perSecond === undefined || !/^number of failed transactions: 0 /m.test(stdout)) throw new Error(stdout)
  return Number(perSecond)
}

/** A script for pgbench: it takes `:name` for a variable wherever it stands, so what is not SQL must not be in the text. */
export function toScript(statements: readonly Statement[]): {
  readonly text: string
  readonly variables: Readonly<Record<string, string>>
} {
  const variables: Record<string, string> = {}
  const lines = statements.map(({ text, parameters }, s) =>
    text.replaceAll(/\$(\d+)/g, (_, n: string) => {
      const value = parameters[Number(n) - 1] ?? null
      if (value === null) return 'null'
      const name = `p${s}_${n}`
      variables[name] = value
      return value.includes(VARIABLE_DIGITS) ? varied(name, value) : `:${name}`
    }),
  )
  const most = 10 ** VARIABLE_DIGITS.length - 1
  return {
    text: [`\\set number random(0, ${most})`, ...lines.map((line) => `${line};`), ''].join('\n'),
    variables,
  }
}

function varied(name: string, value: string): string {
  const replaced = `replace(:${name}::text, '${VARIABLE_DIGITS}', lpad(:number::text, ${VARIABLE_DIGITS.length}, '0'))`
  return UUID.test(value) ? `${replaced}::uuid` : replaced
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function explain(error: Error): never {
  const missing = 'code' in error && error.code === 'ENOENT'
  throw missing
    ? new Error('pgbench is missing: apt-get install postgresql-contrib', { cause: error })
    : error
}
