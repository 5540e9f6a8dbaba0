import { expect, it } from 'vitest'
import { pluginMismatchWarning, versionMismatchWarning } from './warning.ts'

const node = { hostname: 'edge-1', ip: '10.0.0.7' }

it('words a version mismatch as documented, with full versions', () => {
  expect(versionMismatchWarning(node, '3.4.0', '3.5.0-rc.1')).toBe(
    'unable to send updated configuration to DP node with hostname: edge-1 ip: 10.0.0.7 reason: version mismatches, CP version: 3.4.0 DP version: 3.5.0-rc.1',
  )
})

it('words a plugin mismatch as documented', () => {
  expect(pluginMismatchWarning(node)).toBe(
    'unable to send updated configuration to DP node with hostname: edge-1 ip: 10.0.0.7 reason: CP and DP does not have same set of plugins installed or their versions might differ',
  )
})
