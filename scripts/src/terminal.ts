import { type Problem, placeOf } from '@terrane/schema/problems'

/** What a command ends with, as a value; `bin` turns it into the process's exit. */
export enum Exit {
  Done = 0,
  Finding = 1,
  Usage = 2,
  Unreachable = 3,
}

/** A command cannot go on; the message is for people and stands alone. */
export class CommandFailure extends Error {
  constructor(
    readonly exit: Exit,
    message: string,
    readonly problems: Problem[] = [],
  ) {
    super(message)
  }
}

const MARKS = { done: ['✔', 32], failed: ['✖', 31], going: ['…', 36], warned: ['!', 33] } as const

/** One line a step, with a mark; the details are aligned columns. Goes to standard error where `json` wants the output. */
export class Terminal {
  /** Facts have been printed: one command prints one JSON document. */
  static answered = false

  private muted = false

  constructor(
    readonly json = false,
    private readonly out: NodeJS.WriteStream = json ? process.stderr : process.stdout,
  ) {}

  step(mark: keyof typeof MARKS, what: string, ...details: string[]): void {
    const [sign, colour] = MARKS[mark]
    const columns = details.map(detail => detail.padStart(16)).join('')
    this.line(`${this.paint(colour, sign)} ${what.padEnd(columns ? 44 : 0)}${columns}`.trimEnd())
  }

  /** Says nothing from now on: what is being broken off has nothing to tell. */
  mute(): void {
    this.muted = true
  }

  line(text = ''): void {
    if (!this.muted) this.out.write(`${text}\n`)
  }

  /** Three lines each: what, where, what to do. What two stages find alike is one problem. */
  problems(problems: readonly Problem[]): void {
    const distinct = new Map(problems.map(problem => [`${problem.message} ${placeOf(problem)}`, problem]))
    for (const problem of distinct.values()) {
      const [sign, colour] = MARKS[problem.severity === 'warning' ? 'warned' : 'failed']
      this.line(`${this.paint(colour, sign)} ${problem.message} ${this.paint(2, problem.code)}`)
      const place = placeOf(problem)
      if (place) this.line(`  at ${place}`)
      this.line(`  ${problem.hint}`)
    }
  }

  /** Rows under one another, each column as wide as its widest cell. */
  table(rows: readonly (readonly string[])[], indent = '  '): void {
    const widths = rows.reduce<number[]>((all, row) => {
      row.forEach((cell, column) => {
        all[column] = Math.max(all[column] ?? 0, cell.length)
      })
      return all
    }, [])
    for (const row of rows)
      this.line(
        indent +
          row
            .map((cell, at) => cell.padEnd(widths[at]!))
            .join('  ')
            .trimEnd(),
      )
  }

  /** The facts of `--json`, alone on standard output. */
  facts(facts: unknown): void {
    if (!this.json) return
    Terminal.answered = true
    process.stdout.write(`${JSON.stringify(facts, null, 2)}\n`)
  }

  private paint(code: number, text: string): string {
    return this.out.isTTY && !process.env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text
  }
}

/** For standard output, where that is a terminal that shows colours. */
export function painted(colour: number, text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[${colour}m${text}\u001b[0m` : text
}

export function secondsSince(start: number): string {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`
}

export function count(rows: number, of: string): string {
  return `${rows.toLocaleString('en-GB')} ${of}`
}
