import { setTimeout as pause } from 'node:timers/promises'
import { anyPort, type Listener, obey } from '../soak/obey.ts'
import type { Mode } from '../soak/upstreams.ts'
import { Conversations } from './said.ts'
import { DOORS, type Door, portOf } from './site.ts'
import { grpcDoor } from './site-grpc.ts'
import { datagramDoor, tcpDoor, tlsDoor } from './site-streams.ts'
import { webDoor } from './site-web.ts'

// Sites of upstreams: each speaks all protocols, and goes down with all of them.
obey(await Promise.all(Array.from({ length: Number(process.argv[2]) }, openSite)))

async function openSite(): Promise<Listener> {
  for (;;) {
    const port = anyPort()
    const open = new Conversations()
    const around = { site: port, open }
    const doors: Record<(typeof DOORS)[number], Door> = {
      web: webDoor(around),
      grpc: grpcDoor(around),
      tcp: tcpDoor(around),
      tls: tlsDoor(around),
      udp: datagramDoor(around),
    }
    const all = DOORS.map((name) => ({ ...doors[name], port: portOf(port, name) }))
    const listening = await Promise.allSettled(all.map((door) => door.listen(door.port)))
    if (listening.every(({ status }) => status === 'fulfilled')) return { port, turn: turning(all) }
    for (const door of all) door.fall()
  }
}

function turning(doors: readonly (Door & { readonly port: number })[]): Listener['turn'] {
  let now: Mode = 'well'
  return async (to) => {
    if (to === now) return
    now = to
    for (const door of doors) {
      if (to === 'dead') door.fall()
      else await listenAgain(door)
    }
  }
}

async function listenAgain(door: Door & { readonly port: number }): Promise<void> {
  try {
    await door.listen(door.port)
  } catch {
    // Somebody has the port for a moment.
    await pause(50)
    await listenAgain(door)
  }
}
