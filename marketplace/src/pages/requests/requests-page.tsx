import { Page } from '../../parts/page'
export default function RequestsPage() {
  return (
    <Page title="Requests">
      <h1>Requests</h1>
    </Page>
  )
}
