import { AsyncResource } from 'node:async_hooks'

/** By Node.js' own order: an object of other properties, or of the same ones in another order, has another shape. */
const [asyncId, triggerAsyncId] = Object.getOwnPropertySymbols(new AsyncResource('terrane')) as [symbol, symbol]

/**
 * An object as Node.js makes one for every `process.nextTick`, kept for what V8 calls its shape. Code that makes such objects
 * is fast while V8 remembers that shape, and V8 forgets it in a full collection at which there happens to be no such object:
 * from then on, and for as long as the process lives, each `nextTick` takes five times as long, and a request has half a
 * dozen of them. A collection before serving is such a moment.
 */
export const shapeOfTicks = {
  [asyncId]: 0.5,
  [triggerAsyncId]: 0.5,
  callback: () => undefined,
  args: undefined,
}
