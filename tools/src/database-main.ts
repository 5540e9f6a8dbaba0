import { startPostgres } from './postgres.ts'

// Runs the embedded PostgreSQL alone, in the foreground: `node tools/src/database-main.ts DIRECTORY PORT`.
const [directory, port] = process.argv.slice(2)
if (directory === undefined || port === undefined) {
  process.stderr.write('usage: node tools/src/database-main.ts DIRECTORY PORT\n')
  process.exit(2)
}
let stopping = false
const {
  host,
  port: listening,
  pid,
  exited,
} = await startPostgres({
  directory,
  port: Number(port),
  onSpawn: (server) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        stopping = true
        void server.stop().then(() => process.exit(0))
      })
    }
  },
})
process.stdout.write(`PostgreSQL on ${host}:${listening}, pid ${pid}\n`)
void exited.then(() => process.exit(stopping ? 0 : 1))
