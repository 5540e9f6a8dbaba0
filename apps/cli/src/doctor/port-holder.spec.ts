import { expect, it } from 'vitest'
import { listeningInodes } from './port-holder.ts'

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1234 1 0000000000000000 100 0 0 10 0
   1: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5678 1 0000000000000000 100 0 0 10 0
   2: 0100007F:1F41 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 9012 1 0000000000000000 20 4 30 10 -1
`

it.each([
  [8001, ['1234']],
  [8000, ['5678']],
  [443, []],
])('tells who listens on port %d, and no connection of theirs', (port, inodes) => {
  expect(listeningInodes(TABLE, port)).toEqual(inodes)
})
