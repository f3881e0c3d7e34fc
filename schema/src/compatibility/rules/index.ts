import type { Rule } from '../rule.js'
import { addresses } from './addresses.js'
import { allowedValues } from './allowed-values.js'
import { classification } from './classification.js'
import { datasets } from './datasets.js'
import { declassification } from './declassification.js'
import { deprecation } from './deprecation.js'
import { discovery } from './discovery.js'
import { entities } from './entities.js'
import { graphArgumentsChanged } from './graph-arguments-changed.js'
import { graphDefaults } from './graph-defaults.js'
import { graphFieldsAdded } from './graph-fields-added.js'
import { graphFieldsRemoved } from './graph-fields-removed.js'
import { graphFieldsRetyped } from './graph-fields-retyped.js'
import { graphInputsAdded } from './graph-inputs-added.js'
import { graphInputsRequired } from './graph-inputs-required.js'
import { graphMembersAdded } from './graph-members-added.js'
import { graphMembersRemoved } from './graph-members-removed.js'
import { graphTypesRemoved } from './graph-types-removed.js'
import { limits } from './limits.js'
import { primaryKey } from './primary-key.js'
import { properties } from './properties.js'
import { quality } from './quality.js'
import { relationships } from './relationships.js'
import { required } from './required.js'
import { roles } from './roles.js'
import { scopes } from './scopes.js'
import { serviceLevels } from './service-levels.js'
import { types } from './types.js'
import { unique } from './unique.js'
import { versions } from './versions.js'
import { visibility } from './visibility.js'

/** In the order in which they are told: the product, its datasets, their properties, who may see them, the graph. */
export const RULES: readonly Rule[] = [
  ...[addresses, versions, datasets, properties],
  ...[types, limits, required, unique, primaryKey, allowedValues, relationships, entities, deprecation],
  ...[classification, declassification, visibility, discovery, scopes, roles],
  ...[quality, serviceLevels],
  ...[graphTypesRemoved, graphFieldsRemoved, graphFieldsRetyped, graphArgumentsChanged, graphInputsRequired],
  ...[graphMembersRemoved, graphMembersAdded, graphDefaults, graphInputsAdded, graphFieldsAdded],
]
