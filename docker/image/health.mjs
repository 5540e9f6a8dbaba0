import { get } from 'node:http'

// `node health.mjs URL`: the health check of the images. Ends with 0 when the URL answers with a status below 400.

const [, , url] = process.argv
get(url, { agent: false }, ({ statusCode }) => process.exit(statusCode < 400 ? 0 : 1)).on(
  'error',
  (error) => {
    process.stdout.write(`${error.message}\n`)
    process.exit(1)
  },
)
