import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds of processor time that a process has used, all threads together: `/proc/<pid>/task/<tid>/schedstat`. */
export function cpuTime(pid: number): number {
  const tasks = `/proc/${pid}/task`
  const nanoseconds = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6
}
