/** What clients are told whose request is not taken, and of what they may try again. */
export const OVERLOADED_STATUS = 503
export const OVERLOADED = 'The server is overloaded, try again later'
