#!/usr/bin/env node
// Any Node can read this file, so that an old one hands over to the repository's own or says which one is needed.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const entry = existsSync(pathOf('../src/main.ts')) ? '../src/main.ts' : '../dist/main.js'
const ownNode = pathOf('../../../node_modules/.bin/node')

const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 19)) await import(new URL(entry, import.meta.url))
else if (existsSync(ownNode) && realpathSync(ownNode) !== realpathSync(process.execPath)) handOver()
else refuse()

function handOver() {
  const child = spawn(ownNode, process.argv.slice(1), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function refuse() {
  process.stderr.write(
    `biplane: Node 22.19 or later is needed, and this is ${process.version}. In a clone, npm ci brings one.\n`,
  )
  process.exit(1)
}
