import { useQuery } from '@tanstack/react-query'
import { ask } from './ask'

/** The caller as the mesh sees him: his roles, and which products he controls or observes. */
export interface Me {
  subject: string
  name: string | null
  roles: string[]
  authenticated: boolean
  controls: string[]
  observes: string[]
}

const ME = '{ mesh { me { subject name roles authenticated controls observes } } }'

export function useMe() {
  return useQuery({
    queryKey: ['me'],
    queryFn: async ({ signal }) => {
      const { data } = await ask<{ mesh: { me: Me | null } | null }>(ME, {}, signal)
      return data.mesh?.me ?? null
    },
    staleTime: 60_000,
  })
}
