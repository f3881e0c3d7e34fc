import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const GATEWAY = process.env.TERRANE_MESH_URL || 'http://localhost:4000'
/** While developing: what the gateway answers, beside the pages that Vite serves. */
const ANSWERED = ['/graphql', '/demo', '/data', '/auth', '/oidc', '/.well-known']

/** Built once, served by the gateway from its root; everything a page needs comes from there, assets under `/assets/`. */
export default defineConfig({
  plugins: [react()],
  worker: { format: 'es' },
  // Names workers by `?worker`, which only the build's own loader understands.
  optimizeDeps: { exclude: ['graphiql/setup-workers/vite'] },
  build: { target: 'es2022', chunkSizeWarningLimit: 4000, assetsInlineLimit: 0 },
  server: { proxy: Object.fromEntries(ANSWERED.map(path => [path, GATEWAY])) },
})
