/** A request that cannot be read at all, or not be done; these answers have no error code, and without a message no body. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  readonly status: 400 | 412 | 415

  constructor(status: 400 | 412 | 415, message: string) {
    super(message)
    this.status = status
  }
}

/** What a path names is not there. The words are other ones than those for paths that do not exist. */
export class Absent extends Error {
  override readonly name = 'Absent'
}

/** How many arguments Kong takes in a query or in a form. */
const MOST_ARGUMENTS = 1000

/** @throws BadRequest */
export function limitArguments(count: number): void {
  if (count > MOST_ARGUMENTS) throw new BadRequest(400, 'Too many arguments')
}
