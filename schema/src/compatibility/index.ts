export { type Change, type Concern, type Level, reaches } from './change.js'
export { Classifications, DEFAULT_CLASSIFICATIONS } from './classifications.js'
export * from './column-lineage.js'
export { type CompareOptions, compare, type Version } from './compare.js'
export { type DerivedCheck, derivedProblems } from './derived.js'
export { contractsHash, type Fingerprint, hashOf } from './fingerprint.js'
export {
  isRecorded,
  listPublished,
  type PublishedMajor,
  readPublished,
  readSdl,
  recordVersion,
  tamperedIn,
} from './published.js'
export { contractsOf, type Outcome } from './rule.js'
export { RULES } from './rules/index.js'
export { servedFingerprint } from './served.js'
