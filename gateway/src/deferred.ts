/** A promise that is settled from outside. Nobody need wait for it: its rejection alone ends nothing. */
export class Deferred<Result> {
  readonly promise: Promise<Result>
  resolve!: (result: Result) => void
  reject!: (error: Error) => void

  constructor() {
    this.promise = new Promise<Result>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.promise.catch(() => undefined)
  }
}
