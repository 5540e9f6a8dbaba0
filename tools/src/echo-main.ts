import { startEcho } from './echo.ts'

const { port, close } = await startEcho(Number(process.argv[2] ?? 8090))
process.stdout.write(`echo upstream on 127.0.0.1:${port}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void close().then(() => process.exit(0)))
}
