import { spawnSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { productSdl, readProduct } from '@terrane/schema'
import { CommandFailure, Exit } from '../terminal.js'
import { isError, type Surroundings } from './checked.js'

/** Product folders as they were at a commit, taken out of git into a folder of its own; the working tree is not touched. */
export class GitRef {
  private constructor(
    readonly ref: string,
    private readonly top: string,
    private readonly files: string,
  ) {}

  static open(ref: string, folders: readonly string[]): GitRef {
    const top = git(path.dirname(folders[0]!), ['rev-parse', '--show-toplevel'], 'This is not a git repository').trim()
    git(top, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], `git knows no ${ref}`)
    const files = mkdtempSync(path.join(tmpdir(), 'terrane-at-'))
    const env = { GIT_INDEX_FILE: path.join(files, '.index') }
    const below = folders.map(folder => path.relative(top, realpathSync(folder)))
    const names = git(
      top,
      ['ls-tree', '-r', '-z', '--name-only', '--full-tree', ref, '--', ...below],
      `${ref} cannot be read`,
    )
    git(top, ['read-tree', ref], `${ref} cannot be read`, env)
    git(top, ['checkout-index', '-z', '--stdin', `--prefix=${files}/`], `${ref} cannot be read`, env, names)
    return new GitRef(ref, top, files)
  }

  baseline: Surroundings['baseline'] = async ({ product: { folder } }) => {
    const { product, problems } = await readProduct(
      path.join(this.files, path.relative(this.top, realpathSync(folder))),
    )
    if (product === undefined) {
      // Not there yet, or broken there: then there is nothing that could be broken now.
      const missing = problems.some(({ code }) => code === 'PRODUCT_MISSING')
      return { problems: [], ...(missing ? {} : { against: `${this.ref}, where it could not be read` }) }
    }
    const graph = productSdl(product)
    if (graph.problems.some(isError)) return { problems: [] }
    return { version: { product, sdl: graph.sdl }, against: this.ref, problems: [] }
  }

  close(): void {
    rmSync(this.files, { recursive: true, force: true })
  }
}

function git(cwd: string, args: string[], failure: string, env: NodeJS.ProcessEnv = {}, input = ''): string {
  const ran = spawnSync('git', args, {
    cwd,
    input,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 256 * 1024 * 1024,
  })
  if (ran.error) throw new CommandFailure(Exit.Usage, `git cannot be run: ${ran.error.message}.`)
  if (ran.status !== 0) {
    throw new CommandFailure(Exit.Usage, `${failure}. Fetch it first (in CI: fetch-depth: 0), or correct --against.`)
  }
  return ran.stdout
}
