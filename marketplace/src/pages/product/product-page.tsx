import { Page } from '../../parts/page'
export default function ProductPage() {
  return (
    <Page title="Product">
      <h1>Product</h1>
    </Page>
  )
}
