import { createServer } from 'node:http'

// The smallest upstream, in a process of its own, so that its work is not done by who measures. Tells its port, once.
const server = createServer((_, response) => response.end('hello from upstream\n'))
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`)
})
process.stdin.once('close', () => process.exit()).resume() // no orphan outlives the bench
