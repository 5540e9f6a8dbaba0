import type { Stack } from '@biplane/e2e/stack'

const WRITERS = 16

/** Adds a route to the service `bench` and gives its path. */
export async function addRoute({ admin }: Stack, name: string): Promise<string> {
  const path = `/${name}`
  await admin.post('/services/bench/routes', { name, paths: [path] })
  return path
}

/** Brings the number of routes from `there` to `wanted`. */
export async function fillRoutes(stack: Stack, there: number, wanted: number): Promise<void> {
  let next = there
  const writer = async (): Promise<void> => {
    while (next < wanted) {
      const number = next
      next += 1
      await addRoute(stack, `filler-${number}`)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
}
