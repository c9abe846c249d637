// A module that captures its own exports before they are initialised.

import { createRequire } from 'node:module'
import * as own from './module.mjs'

const { shown } = createRequire(import.meta.url)('./support')
const early = shown(own).$fields

export const answer = 42
export const complete = own
export default { complete, early }
