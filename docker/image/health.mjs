import { get } from 'node:http'

// `node health.mjs URL`: the health check of the images. Ends with 0 when the URL answers with a status below 400. It
// gives up before the engine does, so that `docker inspect` tells why.

const [, , url] = process.argv
get(url, { agent: false, signal: AbortSignal.timeout(2500) }, ({ statusCode }) =>
  end(`it answers ${statusCode}`, statusCode < 400 ? 0 : 1),
).on('error', ({ message, cause }) => end(cause?.message ?? message, 1))

function end(finding, code) {
  process.stdout.write(`${url}: ${finding}\n`)
  process.exit(code)
}
