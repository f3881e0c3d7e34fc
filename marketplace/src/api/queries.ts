import { QueryClient } from '@tanstack/react-query'
import { AskFailure } from './ask'

/** What was asked once is shown at once and asked again behind it. Nothing outlives the page, or a change of caller. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && error instanceof AskFailure && error.code === 'UNREACHABLE',
    },
  },
})
