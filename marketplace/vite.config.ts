import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const GATEWAY = process.env.TERRANE_MESH_URL || 'http://localhost:4000'
/** While developing: what the gateway answers, beside the pages that Vite serves. */
const ANSWERED = ['/graphql', '/demo', '/data', '/auth', '/oidc', '/.well-known']

/** What travels compressed is compressed once, when it is built; the gateway looks for `.gz` beside each asset. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  async writeBundle({ dir }, bundle) {
    const texts = Object.values(bundle).filter(({ fileName }) => /^assets\/.*\.(js|css|svg|json)$/.test(fileName))
    for (const file of texts) {
      const text = file.type === 'chunk' ? file.code : file.source
      await writeFile(path.join(dir!, `${file.fileName}.gz`), await promisify(gzip)(text, { level: 9 }))
    }
  },
}

/** Built once, served by the gateway from its root; everything a page needs comes from there, assets under `/assets/`. */
export default defineConfig({
  plugins: [react(), compressed],
  worker: { format: 'es' },
  // Names workers by `?worker`, which only the build's own loader understands.
  optimizeDeps: { exclude: ['graphiql/setup-workers/vite'] },
  build: { target: 'es2022', chunkSizeWarningLimit: 4000, assetsInlineLimit: 0 },
  server: { proxy: Object.fromEntries(ANSWERED.map(path => [path, GATEWAY])) },
})
