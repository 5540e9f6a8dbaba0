import { type AdminConnection, connectToAdmin } from './admin-connection.ts'
import { median, rounded } from './statistics.ts'

/** Milliseconds that a page takes, from the beginning, the middle and the end of a list. */
export interface PageTimes {
  readonly first: number
  readonly middle: number
  readonly last: number
}

const TIMES = 15

export async function pageTimes(adminUrl: string, list: string, size: number): Promise<PageTimes> {
  const connection = connectToAdmin(adminUrl)
  try {
    const sized = `${list}${list.includes('?') ? '&' : '?'}size=`
    const starts = await startsOf(connection, `${sized}1000`)
    const page = (start: string | undefined) => timed(connection, `${sized}${size}${start ?? ''}`)
    return {
      first: await page(starts[0]),
      middle: await page(starts[Math.floor(starts.length / 2)]),
      last: await page(starts.at(-1)),
    }
  } finally {
    connection.close()
  }
}

/** What leads to each page, in order. */
async function startsOf(connection: AdminConnection, path: string): Promise<readonly string[]> {
  const starts = ['']
  for (;;) {
    const { offset }: { offset?: string } = JSON.parse(await connection.send('GET', path + starts.at(-1)))
    if (offset === undefined) return starts
    starts.push(`&offset=${encodeURIComponent(offset)}`)
  }
}

async function timed(connection: AdminConnection, path: string): Promise<number> {
  const taken: number[] = []
  for (let time = 0; time < TIMES; time += 1) {
    const began = performance.now()
    await connection.send('GET', path)
    taken.push(performance.now() - began)
  }
  return rounded(median(taken))
}
