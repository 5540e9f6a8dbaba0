import {
  type Answer,
  type Delta,
  type Hello,
  type NodeReport,
  type Position,
  type Reduction,
  type Snapshot,
  samePosition,
  type Understanding,
  type Violation,
  type Withheld,
  type WithheldReason,
} from '@biplane/protocol'
import type { FeedObserver, Peer } from '@biplane/protocol/stream'
import type { Logger } from '@biplane/service'
import { NodeLog } from './node-log.ts'
import { answered, behind, connectedRow, inSync, leftOut, withheld } from './node-row.ts'

/** A node that needs longer than this for an update is shown as behind. Most need less, and one report is enough for them. */
const BEHIND_AFTER_MS = 300

export interface StatusSinks {
  /** The version this hub reports. */
  readonly version: string
  readonly reporter: { put(row: NodeReport, heldMs?: number): void }
  readonly log: Logger
  readonly now: () => number
}

/** Keeps the row of one node true and its log lines written, from what happens in its session. */
export class NodeStatus implements FeedObserver {
  readonly #sinks: StatusSinks
  readonly #log: NodeLog
  #row: NodeReport
  #reductions: () => readonly Reduction[] = () => []
  #quarantined: () => readonly Violation[] = () => []

  constructor(hello: Hello, peer: Peer, sinks: StatusSinks) {
    this.#sinks = sinks
    this.#log = new NodeLog(sinks.log, hello, peer.address, sinks.version, sinks.now)
    this.#row = connectedRow(hello, peer, sinks.now())
  }

  /** @param reductions what the node is not told at the moment */
  understands(understanding: Understanding, reductions: () => readonly Reduction[]): void {
    this.#row = { ...this.#row, understanding }
    this.#reductions = reductions
  }

  /** @param quarantined what is left out of what the node has applied */
  lacks(quarantined: () => readonly Violation[]): void {
    this.#quarantined = quarantined
  }

  /** The node has connected. A node that has what its view has is in sync at once: it is sent nothing, so it answers nothing. */
  greet(position: Position | null, reason: WithheldReason | null): void {
    const current = position !== null && reason === null && samePosition(position, this.#row.applied)
    if (current) this.#put(inSync(this.#row, position))
    else this.#putLater(behind(this.#row, position ?? this.#row.applied))
  }

  offered(update: Snapshot | Delta): void {
    this.#log.offered(update)
    this.#putLater(behind(this.#row, update.to))
  }

  answered(answer: Answer, update: Snapshot | Delta): void {
    this.#log.answered(answer, update)
    if (answer.kind === 'applied') this.#log.leftOut(update.to.revision, this.#quarantined())
    this.#put(answered(this.#row, answer, update.to, this.#sinks.now()))
  }

  withheld(update: Withheld): void {
    this.#log.withheld(update)
    this.#put(withheld(this.#row, update.to, update.reason))
  }

  #put(row: NodeReport): void {
    this.#row = this.#completed(row)
    this.#sinks.reporter.put(this.#row)
  }

  #putLater(row: NodeReport): void {
    this.#row = this.#completed(row)
    this.#sinks.reporter.put(this.#row, BEHIND_AFTER_MS)
  }

  #completed(row: NodeReport): NodeReport {
    return leftOut({ ...row, reductions: this.#reductions() }, this.#quarantined())
  }
}
