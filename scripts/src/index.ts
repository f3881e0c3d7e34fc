/** @terrane/scripts: the command line and the demo. */
export { type DemoMesh, type DemoOptions, startDemoMesh } from './demo/mesh.js'
export { type Generated, monthsUntil } from './demo/orders.js'
export { type DemoSources, generateSources } from './demo/sources.js'
export { writeUkSales } from './demo/uk-sales.js'
export { type Mesh, type MeshOptions, openMesh } from './mesh.js'
export { Terminal } from './terminal.js'
export { commandLine } from './terrane.js'
