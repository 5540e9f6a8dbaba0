import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { REPOSITORY } from './app-process.ts'
import { DEFAULT_PORTS } from './cluster.ts'

it('publishes by default the ports that npm start listens on, so that one tour fits both', () => {
  const compose = readFileSync(join(REPOSITORY, 'docker-compose.yml'), 'utf8')
  const published = [...compose.matchAll(/:-(\d+)\}:\d+$/gm)].map(([, port]) => Number(port))
  const { admin, adminTls, hubStatus, nodes } = DEFAULT_PORTS
  const listened = [admin, adminTls, hubStatus, ...nodes.flatMap((node) => Object.values(node))]
  expect(published).toEqual(expect.arrayContaining(listened))
})
