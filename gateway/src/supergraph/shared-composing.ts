import { type Composer, ComposingThread } from './composing-thread.js'

/** How long the thread is kept once nobody has it: who opens a gateway in the place of another takes it as it is. */
const UNUSED_MILLISECONDS = 5_000

const thread = new ComposingThread()
const users = new Set<Composer>()
let unused: NodeJS.Timeout | undefined

/**
 * This process's composing thread, for one gateway more: to load it, and Apollo's gateway in it, takes longer than to
 * compose a few products. Whoever closes ends no composition of the others; with the last one that has composed it ends.
 */
export function shareComposing(): Composer {
  const user: Composer = {
    compose: (subgraphs, options) => {
      clearTimeout(unused)
      users.add(user)
      return thread.compose(subgraphs, options)
    },
    close: () => {
      if (!users.delete(user) || users.size > 0) return
      if (thread.asked) thread.close()
      else unused = setTimeout(() => thread.close(), UNUSED_MILLISECONDS).unref()
    },
  }
  return user
}
