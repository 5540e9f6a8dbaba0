import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { liveProcess } from './live-process.ts'
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts'
import { prepareData } from './postgres-data.ts'
import { realFolder } from './postgres-folder.ts'

export { removeDirectory } from './postgres-folder.ts'

/** How to reach a server; the names of the settings are `KONG_PG_…`. The password is for this machine's loopback only. */
export interface PostgresAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface RunningPostgres extends PostgresAddress {
  readonly url: string
  readonly pid: number
  readonly exited: Promise<void>
  /** Ends the server; with `kill`, as a crash would. */
  stop(how?: 'kill'): Promise<void>
}

export interface PostgresOptions {
  /** Where the data lives; a temporary folder that `stop` removes when left out. */
  readonly directory?: string
  /** 0 or left out takes a free port. */
  readonly port?: number
  /** False trades safety against power loss for speed; a killed server still loses nothing. */
  readonly durable?: boolean
  /** Told of the server before it is ready, so that whoever stops everything meanwhile does not leave it behind. */
  readonly onSpawn?: (server: RunningPostgres) => void
}

const HOST = '127.0.0.1'
const USER = 'kong'
const PASSWORD = 'kong'
const DATABASE = 'kong'
const LOG_FILE = 'server.log'
/** How long the children of a killed server may take to notice that it is gone. */
const SURVIVORS_MS = 10_000

/** Children of a server that was killed are still alive, and the data is theirs until they have ended. */
class SurvivorsError extends Error {
  override readonly name = 'SurvivorsError'
}

/** Starts the embedded PostgreSQL with an empty or existing data directory and a database `kong`. */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningPostgres> {
  const binaries = await postgresBinaries()
  const temporary = options.directory === undefined
  const directory = resolve(
    options.directory ?? join(tmpdir(), `biplane-pg-${randomBytes(6).toString('hex')}`),
  )
  const data = await prepareData(directory, binaries, { user: USER, password: PASSWORD })
  const port = options.port || (await freePort())
  const deadline = Date.now() + SURVIVORS_MS
  for (;;) {
    const [server, child] = launchServer(binaries, data, port, { ...options, temporary })
    options.onSpawn?.(server)
    try {
      await untilReady(server, child, data)
      return server
    } catch (error) {
      if (!(error instanceof SurvivorsError) || Date.now() > deadline) {
        await server.stop()
        throw error
      }
      await pause(100)
    }
  }
}

function launchServer(
  binaries: PostgresBinaries,
  data: string,
  port: number,
  { temporary, durable = !temporary }: PostgresOptions & { readonly temporary: boolean },
): [RunningPostgres, ChildProcess] {
  const child = spawnServer(binaries, data, port, durable)
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  const server: RunningPostgres = {
    host: HOST,
    port,
    user: USER,
    password: PASSWORD,
    database: DATABASE,
    url: `postgres://${USER}:${PASSWORD}@${HOST}:${port}/${DATABASE}`,
    pid: child.pid ?? 0,
    exited,
    async stop(how) {
      child.kill(how === 'kill' ? 'SIGKILL' : 'SIGINT')
      await exited
      if (temporary) rmSync(data, { recursive: true, force: true })
    },
  }
  return [server, child]
}

/** The pid of the server that holds the data directory, if one is alive. */
export function runningServer(directory: string): number | undefined {
  const data = realFolder(directory)
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  return liveProcess(pid)?.command.includes(` -D ${data} `) ? pid : undefined
}

function spawnServer(binaries: PostgresBinaries, data: string, port: number, durable: boolean): ChildProcess {
  const running = runningServer(data)
  if (running !== undefined)
    throw new Error(`a PostgreSQL (pid ${running}) is already running in ${data}; stop it first`)
  // A file left by a killed server would keep the next one from starting when another process has got its pid since.
  rmSync(join(data, 'postmaster.pid'), { force: true })
  const settings = [
    `listen_addresses=${HOST}`,
    'unix_socket_directories=',
    'max_connections=200',
    ...(durable ? [] : ['fsync=off']),
  ]
  const log = openSync(join(data, LOG_FILE), 'a', 0o600)
  const flags = settings.flatMap((setting) => ['-c', setting])
  const child = spawn(binaries.postgres, ['-D', data, '-p', String(port), ...flags], {
    ...binaries.account,
    cwd: '/',
    stdio: ['ignore', log, log], // a file and no pipe: the server outlives its launcher
    detached: true, // a Ctrl-C in the terminal must reach the launcher only, which stops everything in order
  })
  closeSync(log)
  return child
}

async function untilReady(address: PostgresAddress, child: ChildProcess, data: string): Promise<void> {
  const log = () => readFileSync(join(data, LOG_FILE), 'utf8').slice(-2000)
  const deadline = Date.now() + 30_000
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const message = `PostgreSQL ended with ${child.exitCode ?? child.signalCode}: ${log()}`
      throw /shared memory block .* is still in use/.test(log())
        ? new SurvivorsError(message)
        : new Error(message)
    }
    const failure = await ensureDatabase(address).then(
      () => undefined,
      (error: Error) => error,
    )
    if (failure === undefined) return
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL is not ready after 30 s: ${log()}`, { cause: failure })
    await pause(30)
  }
}

/** Runs statements on a connection of their own, such as making and dropping databases. */
export async function runSql(address: PostgresAddress, ...statements: readonly string[]): Promise<void> {
  const { host, port, user, password, database } = address
  const client = new pg.Client({ host, port, user, password, database })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

async function ensureDatabase(address: PostgresAddress): Promise<void> {
  const { host, port, user, password } = address
  const client = new pg.Client({ host, port, user, password, database: 'postgres' })
  try {
    await client.connect()
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  } finally {
    await client.end()
  }
}

/**
 * A port of the loopback address that nothing listens on now, below those that outgoing connections are given. No port is
 * given twice, by no process that runs now: many are asked for before any of them is listened on, and nodes of two tests
 * that ran side by side once shared a port, since their listeners allow it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if ((await reserve(port)) && (await isFree(port))) return port
  }
}

/** Takes the UDP port of the same number, for as long as this process lives: one process has it, and it is never left over. */
function reserve(port: number): Promise<boolean> {
  return new Promise((done, fail) => {
    const socket = createSocket('udp4')
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close()
      if (error.code === 'EADDRINUSE') done(false)
      else fail(error)
    })
    socket.bind({ port, address: HOST, exclusive: true }, () => {
      socket.unref()
      done(true)
    })
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, HOST, () => server.close(() => done(true)))
  })
}
