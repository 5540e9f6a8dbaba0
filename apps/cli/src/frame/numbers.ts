import { InvalidArgumentError } from 'commander'

interface Bounds {
  readonly min: number
  readonly max?: number
}

/** Reads the value of an option as a whole number. */
export function wholeNumber({ min, max = Number.MAX_SAFE_INTEGER }: Bounds): (text: string) => number {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`Give a whole number ${range}.`)
  }
}

/** Reads the value of an option as seconds, with a fraction where wanted. */
export function seconds({ min }: Pick<Bounds, 'min'>): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
    if (value >= min) return value
    throw new InvalidArgumentError(`Give a number of seconds of at least ${min}.`)
  }
}
