import { firstRequest } from './first-request.ts'

// `node first-request-main.ts ADMIN PROXY UPSTREAM`: for where nothing but Node is at hand.

const [, , admin = '', proxy = '', upstream = ''] = process.argv
await firstRequest(admin, proxy, upstream, 600_000)
