import type { Operation } from '../executor/operation.js'
import { type Answered, Observation, type Observer } from './observation.js'

const OPERATION = {} as Operation
const ANSWERED: Answered = { type: 'query', name: undefined, queryHash: undefined, errors: [], hasData: true }

class Onlooker implements Observer {
  readonly told: unknown[] = []
  began(): void {
    this.told.push('began')
  }
  answered({ operation, milliseconds, abandoned }: Observation, answered: Answered): void {
    this.told.push({ operation, milliseconds, abandoned, answered })
  }
  abandoned(): void {
    this.told.push('abandoned')
  }
}

test('all who look on are told the same time, and nothing of a client who goes with his answer', () => {
  const all = [new Onlooker(), new Onlooker()]
  const observation = new Observation(OPERATION, all)
  observation.answer(ANSWERED)
  observation.abandon()
  expect(all[0]!.told).toEqual([
    'began',
    { operation: OPERATION, milliseconds: expect.any(Number), abandoned: false, answered: ANSWERED },
  ])
  expect(all[1]!.told).toEqual(all[0]!.told)
})

test('of who has gone once, and whether he had when he was answered', () => {
  const one = new Onlooker()
  const observation = new Observation(OPERATION, [one])
  observation.abandon()
  observation.abandon()
  observation.answer(ANSWERED)
  expect(one.told).toEqual(['began', 'abandoned', expect.objectContaining({ abandoned: true })])
})
