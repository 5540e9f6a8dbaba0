import { startEcho } from './echo.ts'

const [, , wanted = '8090', host = '127.0.0.1'] = process.argv
const { port, close } = await startEcho(Number(wanted), host)
process.stdout.write(`echo upstream on ${host}:${port}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void close().then(() => process.exit(0)))
}
