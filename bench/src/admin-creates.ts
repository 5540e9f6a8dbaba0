import { connectToAdmin } from './admin-connection.ts'

export interface CreateLoad {
  readonly adminUrl: string
  readonly clients: number
  /** Whether to stop, after so many creates in so many seconds. */
  readonly enough: (made: number, seconds: number) => boolean
}

/** Consumers created per second by clients each of which makes one after another. */
export async function createRate({ adminUrl, clients, enough }: CreateLoad): Promise<number> {
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  let made = 0
  const client = async (_: unknown, number: number): Promise<void> => {
    const connection = connectToAdmin(adminUrl)
    while (!enough(made, seconds())) {
      await connection.send('POST', '/consumers', { username: `made-${began}-${number}-${made}` })
      made += 1
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: clients }, client))
  return made / seconds()
}
