import { problemsOfRoles, productSdl } from '@terrane/schema'
import { type Checked, isError } from './checked.js'

/** Roles and names of each product make a graph. */
export function checkGraphs(all: readonly Checked[]): void {
  for (const one of all) {
    if (!one.product) continue
    const { sdl, problems } = productSdl(one.product)
    one.problems.push(...problemsOfRoles(one.product), ...problems)
    if (!problems.some(isError)) one.sdl = sdl
  }
}
