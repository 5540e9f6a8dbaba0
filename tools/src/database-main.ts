import { startPostgres } from './postgres.ts'

// Runs the embedded PostgreSQL alone, in the foreground: `node tools/src/database-main.ts DIRECTORY PORT`.
const [directory, port] = process.argv.slice(2)
if (directory === undefined || port === undefined) {
  process.stderr.write('usage: node tools/src/database-main.ts DIRECTORY PORT\n')
  process.exit(2)
}
const server = await startPostgres({ directory, port: Number(port) })
process.stdout.write(`PostgreSQL on ${server.host}:${server.port}, pid ${server.pid}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.stop().then(() => process.exit(0)))
}
void server.exited.then(() => process.exit(1))
