import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import './frame.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ExplorerPage } from './explorer-page'

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ExplorerPage />
  </StrictMode>,
)
