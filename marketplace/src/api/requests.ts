import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ask, change } from './ask'
import { ACCESS_REQUEST, type AccessRequest, type RequestState } from './mesh-types'

export type Scope = 'MINE' | 'TO_DECIDE' | 'ALL_I_MAY_SEE'

export interface Asked {
  requests: AccessRequest[]
  total: number
}

const REQUESTS = /* GraphQL */ `
  query Requests($scope: MeshRequestScope, $states: [MeshRequestState!], $product: String) {
    mesh {
      accessRequests(scope: $scope, states: $states, product: $product, first: 200) { totalCount nodes { ...Asked } }
    }
  }
  ${ACCESS_REQUEST}
`

/** Requests for access, the newest first. */
export function useRequests(scope: Scope, of: { product?: string; states?: RequestState[]; enabled?: boolean } = {}) {
  const { product, states, enabled = true } = of
  return useQuery({
    enabled,
    queryKey: ['requests', scope, product ?? null, states ?? null],
    queryFn: async ({ signal }): Promise<Asked> => {
      const { data } = await ask<{
        mesh: { accessRequests: { totalCount: number | null; nodes: AccessRequest[] } | null } | null
      }>(REQUESTS, { scope, product: product ?? null, states: states ?? null }, signal)
      const found = data.mesh?.accessRequests
      return { requests: found?.nodes ?? [], total: found?.totalCount ?? found?.nodes.length ?? 0 }
    },
  })
}

export interface NewRequest {
  product: string
  dataset: string
  properties: string[]
  reason: string
  until?: string
}

export interface Decision {
  approve: boolean
  properties?: string[]
  rowFilter?: unknown
  until?: string
  comment?: string
}

/** A change of rights touches all that is shown: everything is asked again. */
function useChange<Variables>(act: (variables: Variables) => Promise<unknown>) {
  const shown = useQueryClient()
  return useMutation({ mutationFn: act, onSuccess: () => shown.invalidateQueries() })
}

export const useAskForAccess = () =>
  useChange((request: NewRequest) =>
    change(
      `mutation Ask($request: MeshAccessRequestInput!) { mesh { requestAccess(request: $request) { ...Asked } } } ${ACCESS_REQUEST}`,
      { request },
    ),
  )

export const useWithdraw = () =>
  useChange((id: string) =>
    change('mutation Withdraw($id: ID!) { mesh { withdrawRequest(id: $id) { id state } } }', { id }),
  )

export const useDecide = () =>
  useChange(({ id, decision }: { id: string; decision: Decision }) =>
    change(
      'mutation Decide($id: ID!, $decision: MeshRequestDecision!) { mesh { decideRequest(id: $id, decision: $decision) { id state } } }',
      { id, decision },
    ),
  )
