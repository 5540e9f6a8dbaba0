import { Agent, createServer } from 'node:http'
import httpProxy from 'http-proxy'

// A bare http-proxy, as a peer: `node http-proxy-peer.ts PORT UPSTREAM_PORT`.
const [port, upstream] = process.argv.slice(2).map(Number)
const agent = new Agent({ keepAlive: true, maxFreeSockets: 512 })
const proxy = httpProxy.createProxyServer({ target: { host: '127.0.0.1', port: upstream ?? 0 }, agent })
proxy.on('error', (_error, _request, response) => response.destroy())
createServer((request, response) => proxy.web(request, response)).listen(port, '127.0.0.1')
