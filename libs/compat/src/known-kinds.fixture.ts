/** Nodes of a 3.4.2 control plane: which kinds they say they know, and what they get of one that came within a release. */
export const knownKinds: readonly {
  readonly dp: string
  /** Absent where the node says nothing of it. */
  readonly says?: readonly string[]
  readonly gets: boolean
}[] = [
  { dp: '3.0.0', gets: false },
  { dp: '3.0.1', says: ['services', 'target_health'], gets: false },
  { dp: '3.1.1', gets: false },
  { dp: '3.2.2', gets: false },
  { dp: '3.3.0', says: ['services'], gets: false },
  { dp: '3.3.1', says: ['services', 'target_health'], gets: false },
  { dp: '3.4.0', gets: false },
  { dp: '3.4.0', says: [], gets: false },
  { dp: '3.4.0', says: ['services', 'targets'], gets: false },
  { dp: '3.4.0', says: ['services', 'target_health'], gets: true },
  { dp: '3.4.2', gets: false },
  { dp: '3.4.2', says: ['target_health'], gets: true },
  { dp: '3.4.1000-enterprise-version', gets: false },
]
