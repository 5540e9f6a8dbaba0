import { connectToAdmin } from './admin-connection.ts'

export interface CreateLoad {
  readonly adminUrl: string
  readonly clients: number
  readonly seconds: number
}

/** Consumers created per second by clients each of which makes one after another. */
export async function createRate({ adminUrl, clients, seconds }: CreateLoad): Promise<number> {
  const began = performance.now()
  const end = began + seconds * 1000
  let made = 0
  const client = async (_: unknown, number: number): Promise<void> => {
    const connection = connectToAdmin(adminUrl)
    while (performance.now() < end) {
      await connection.send('POST', '/consumers', { username: `made-${began}-${number}-${made}` })
      made += 1
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: clients }, client))
  return (made * 1000) / (performance.now() - began)
}
