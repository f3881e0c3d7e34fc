import { AsyncResource } from 'node:async_hooks'

let kept: object | undefined

/**
 * Keeps an object as Node.js makes one for every `process.nextTick`, for what V8 calls its shape. Code that makes such
 * objects is fast while V8 remembers that shape, and V8 forgets it in a full collection at which there happens to be no such
 * object: from then on, and for as long as the process lives, each `nextTick` takes five times as long, and a question has
 * half a dozen of them. A collection before serving is such a moment. So it is in Node.js 20; 22 does not forget.
 */
export function keepShapeOfTicks(): object {
  if (kept) return kept
  const [asyncId, triggerAsyncId] = Object.getOwnPropertySymbols(new AsyncResource('terrane')) as [symbol, symbol]
  // In Node.js' own order, and of its kinds of numbers: all others are other shapes.
  kept = { [asyncId]: 0.5, [triggerAsyncId]: 0.5, callback: () => undefined, args: undefined }
  return kept
}
