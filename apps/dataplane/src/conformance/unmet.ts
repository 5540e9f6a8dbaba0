/** What a node does not meet yet, each with what it lacks: whole subjects, and single cases. */
export const unmet: ReadonlyMap<string, string> = new Map([
  ['hmac-auth', 'nodes do not run hmac-auth yet'],
  ['jwt', 'nodes do not run jwt yet'],
  ['proxy-cache', 'nodes do not run proxy-cache yet'],
  ['response-ratelimiting', 'nodes do not run response-ratelimiting yet'],
])
