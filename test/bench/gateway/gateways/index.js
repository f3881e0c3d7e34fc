const { byHand } = require('./by-hand.js')
const { grafbase } = require('./grafbase.js')
const { hive, hiveRouterRuntime } = require('./hive.js')
const { stock } = require('./stock.js')
const { terrane, terraneInApollos, terraneKeeping, terraneSeen } = require('./terrane.js')

/**
 * Who is measured, in this order. Each has a `name`, a `title`, its `settings` in words, a `command(place)` that starts
 * it, and what it needs installed (`packages`, `overrides`) where it is not of this repository. Those of `byName` are measured
 * only where they are named.
 */
exports.GATEWAYS = Object.fromEntries(
  [stock, terrane, terraneKeeping, hive, hiveRouterRuntime, grafbase, byHand, terraneInApollos, ...terraneSeen].map(
    one => [one.name, one],
  ),
)
