import { lazy, Suspense, useEffect } from 'react'
import { Route, Routes, useLocation } from 'react-router'
import { HomePage } from './pages/home/home-page'
import { Boundary } from './parts/boundary'
import { Header } from './parts/header'
import { Keys } from './parts/keys'
import { NotFound } from './parts/not-found'
import { Loading } from './parts/states'

/** Each page brings its own tools, when it is opened. */
const ProductsPage = lazy(() => import('./pages/products/products-page'))
const ProductPage = lazy(() => import('./pages/product/product-page'))
const RequestsPage = lazy(() => import('./pages/requests/requests-page'))
const AdminList = lazy(() => import('./pages/admin/admin-list'))
const AdminPage = lazy(() => import('./pages/admin/admin-page'))
const ExplorerPage = lazy(() => import('./pages/graphiql/explorer-page'))

export function App() {
  const { pathname } = useLocation()
  return (
    <>
      <Header />
      <Boundary what="This page" place={pathname}>
        <Suspense fallback={<Loading what="the page" />}>
          <Routes>
            <Route index element={<HomePage />} />
            <Route path="products" element={<ProductsPage />} />
            <Route path="products/:name/:tab?" element={<ProductPage />} />
            <Route path="requests" element={<RequestsPage />} />
            <Route path="admin" element={<AdminList />} />
            <Route path="admin/:name/:tab?" element={<AdminPage />} />
            <Route path="graphiql" element={<ExplorerPage />} />
            <Route path="*" element={<NotFound />} />
          </Routes>
        </Suspense>
      </Boundary>
      <Keys />
      <ScrollToTop />
    </>
  )
}

/** A new page begins at its top; going back is the browser's business. */
function ScrollToTop() {
  const { pathname } = useLocation()
  const place = pathname.split('/').slice(0, 3).join('/')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is what it follows.
  useEffect(() => {
    window.scrollTo(0, 0)
  }, [place])
  return null
}
