import root from '../../../package.json' with { type: 'json' }

/** The product's version, stated once in the root package.json. It follows the Kong API level that the product offers. */
export const VERSION: string = root.version
