import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Connections } from './connections.ts'
import type { EngineSurroundings } from './node-http.ts'
import type { TurnedAway } from './turned-away.ts'

/** Where there is no room for one more client, an idle one is given up for it, or it is turned away. */
export function admitClients(
  server: Server,
  isTls: boolean,
  connections: Connections,
  turnedAway: TurnedAway,
  surroundings: EngineSurroundings,
): void {
  server.on('connection', (socket: Socket) => {
    surroundings.connected()
    socket.on('close', surroundings.disconnected)
    if (surroundings.hasRoom(connections.leaving + turnedAway.hearing)) return
    if (connections.giveUpIdle()) return surroundings.crowded('given-up')
    surroundings.crowded('refused')
    const client = connections.of(socket)
    if (client !== undefined) client.isHeard = false
    turnedAway.take(socket, isTls)
  })
}
