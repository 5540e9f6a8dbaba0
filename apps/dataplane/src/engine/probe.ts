import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ActiveChecks } from '../health/checks.ts'
import { type Probed, probeRequest, serverNameOf, statusOf } from '../health/probe-request.ts'
import type { Probe } from '../health/prober.ts'
import type { ProbeOutcome } from '../health/reports.ts'
import type { Pair } from '../runtime/certificates.ts'
import { probeByCall } from './call-probe.ts'

/** What a line may be long before it is taken for no answer. */
const LONGEST_LINE = 8192

/** Asks over a connection of its own, and reads no more of the answer than its first line. */
export const probe: Probe = (checks, to, pair, signal) => {
  if (checks.type === 'grpc' || checks.type === 'grpcs') return probeByCall(checks, to, pair, signal)
  const { promise, resolve } = Promise.withResolvers<ProbeOutcome>()
  const socket = open(checks, to, pair)
  const end = (outcome: ProbeOutcome): void => {
    clearTimeout(late)
    signal.removeEventListener('abort', stop)
    socket.destroy()
    resolve(outcome)
  }
  const stop = (): void => end({ kind: 'broken' })
  const wait = (): NodeJS.Timeout => setTimeout(() => end({ kind: 'timeout' }), checks.timeout)
  let late = wait()
  signal.addEventListener('abort', stop, { once: true })
  socket.on('error', (error) =>
    end({ kind: 'code' in error && error.code === 'ETIMEDOUT' ? 'timeout' : 'broken' }),
  )
  socket.on('close', stop)
  socket.once(checks.type === 'https' ? 'secureConnect' : 'connect', () => {
    if (checks.type === 'tcp') return end({ kind: 'connected' })
    clearTimeout(late)
    late = wait()
    socket.write(probeRequest(checks, to), 'latin1')
    firstLine(socket, (line) => end({ kind: 'answered', status: statusOf(line) }))
  })
  return promise
}

function open(checks: ActiveChecks, to: Probed, pair: Pair | null): Socket {
  const { ip: host, port } = to
  if (checks.type !== 'https') return connect({ host, port })
  const servername = serverNameOf(checks, to)
  const asked = servername === undefined ? {} : { servername }
  return connectTls({ host, port, ...asked, ...pair, rejectUnauthorized: checks.verify })
}

/** Calls back once, with the line or with what came until the connection ended; not where nothing came. */
function firstLine(socket: Socket, done: (line: string) => void): void {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    if (text.includes('\n') || text.length > LONGEST_LINE) done(text)
  })
  socket.on('end', () => {
    if (text !== '') done(text)
  })
}
