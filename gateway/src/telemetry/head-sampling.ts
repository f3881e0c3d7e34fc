import { createContextKey } from '@opentelemetry/api'

/**
 * Set where a span begins that belongs to a request which is traced: a sampler that meets it takes it. Otherwise a caller
 * could have himself traced, or left out, by the trace that he names.
 */
export const CHOSEN = createContextKey('terrane: chosen to be traced')

let chooser: (() => boolean) | undefined

/**
 * From now on the gateway chooses by itself which requests are traced. An SDK takes longer over a span that it then leaves
 * out than a light question has to spare, so that it is not asked for those at all. For the process, as the SDK is;
 * undefined: the SDK is asked for every request.
 */
export function chooseAtTheHead(choose: (() => boolean) | undefined): void {
  chooser = choose
}

/** Whether one more request is traced; undefined where that is the SDK's to say. */
export const chosenAtTheHead = (): boolean | undefined => chooser?.()
