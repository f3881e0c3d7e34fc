import { percentFor } from './garbage.js'

const MEGABYTE = 1024 * 1024

test.each([
  ['nine products', 40, 300],
  ['fifty', 80, 160],
  ['three hundred', 200, 64],
  ['more than anybody has', 4000, 25],
])('garbage has as much room whatever lives, within bounds: %s', (_, living, percent) => {
  expect(percentFor(living * MEGABYTE)).toBe(percent)
})
