import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Built once, served by the gateway under `/graphiql/`; everything a page needs comes from there. */
export default defineConfig({
  base: '/graphiql/',
  plugins: [react()],
  worker: { format: 'es' },
  build: { target: 'es2022', chunkSizeWarningLimit: 4000 },
  server: { proxy: { '/graphql': 'http://localhost:4000', '/demo': 'http://localhost:4000' } },
})
