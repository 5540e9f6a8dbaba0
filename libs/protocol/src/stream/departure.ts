/** The follower has ended the stream in order: it stops, or follows another source from now on. */
export class Departure extends Error {
  override readonly name = 'Departure'
}
