import { Link } from 'react-router'
import { Page } from './page'
import { Empty } from './states'

export function NotFound() {
  return (
    <Page title="Not found">
      <Empty title="There is no such page">
        <Link to="/products">All products</Link> · <Link to="/">Home</Link>
      </Empty>
    </Page>
  )
}
