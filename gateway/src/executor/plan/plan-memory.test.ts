import { type CacheFigures, noFigures } from '../../telemetry/cache-metrics.js'
import { PlanMemory } from './plan-memory.js'

function open(bytes: number) {
  const figures = new Map<string, CacheFigures>()
  const memory = new PlanMemory(bytes, name => {
    const of = noFigures()
    figures.set(name, of)
    return of
  })
  return { memory, plans: memory.of('plans'), questions: memory.of('questions'), figures }
}

test('one key of two kinds is two entries', () => {
  const { plans, questions, memory } = open(1000)
  const [plan, question] = [{}, {}]
  plans.set('one', plan, 10)
  questions.set('one', question, 20)
  expect(plans.get('one')).toBe(plan)
  expect(questions.get('one')).toBe(question)
  expect(memory.bytes).toBe(30)
})

test('what is full of one kind forgets what was not asked for, of whichever kind it is', () => {
  const { plans, questions, memory, figures } = open(80)
  for (let index = 0; index < 8; index++) plans.set(`${index}`, { index }, 10)
  plans.get('0')
  questions.set('new', {}, 10)
  expect(plans.get('1')).toBeUndefined()
  expect(plans.get('0')).toEqual({ index: 0 })
  expect(questions.get('new')).toEqual({})
  expect(memory.bytes).toBe(80)
  expect(figures.get('plans')).toMatchObject({ entries: 7, bytes: 70, misses: 8 })
  expect(figures.get('questions')).toMatchObject({ entries: 1, bytes: 10, hits: 1 })
})

test('what is set anew takes the place of what was there, and what grows weighs more', () => {
  const { plans, memory, figures } = open(800)
  plans.set('one', { first: true }, 10)
  plans.set('one', { first: false }, 30)
  plans.grow('one', 5)
  plans.grow('another', 5)
  expect(plans.get('one')).toEqual({ first: false })
  expect(memory.bytes).toBe(35)
  expect(figures.get('plans')).toMatchObject({ entries: 1, bytes: 35 })
})

test('what takes more than an eighth of all is not kept', () => {
  const { plans, memory } = open(800)
  plans.set('one', {}, 101)
  expect(plans.get('one')).toBeUndefined()
  expect(memory.bytes).toBe(0)
})
