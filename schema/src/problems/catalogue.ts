/**
 * Every mistake a user can make, once: code → what is wrong, what to do. `{name}` is filled in where it is reported.
 * The documentation of problems is generated from here. Sections are in the order of the way of the data.
 */
export const CATALOGUE = {
  // Contracts and descriptors
  DOCUMENT_UNREADABLE: {
    message: 'The file is not readable as {format}: {reason}.',
    hint: 'Correct the syntax at this place.',
  },

  FILE_UNREADABLE: {
    message: 'The file cannot be read.',
    hint: 'Check that it exists and may be read.',
  },
  VARIABLE_UNSET: {
    message: 'The variable {name} is not set and has no default.',
    hint: 'Set it, or give it a default by writing {name}:-default between the braces.',
  },
  DOCUMENT_KIND: {
    message: 'The kind of this document is {found}.',
    hint: 'Expected {expected}: ODPS documents are DataProduct, ODCS documents DataContract.',
  },
  DOCUMENT_OTHER_STANDARD: {
    message:
      'This is an Open Data Product Specification (opendataproducts.org, {version}), which has the same short name.',
    hint: 'Terrane reads the Open Data Product Standard of Bitol: apiVersion: v1.0.0, kind: DataProduct.',
  },
  DOCUMENT_VERSION: {
    message: 'The apiVersion is {found}.',
    hint: 'Expected one of {expected}.',
  },
  PROPERTY_UNKNOWN: {
    message: '{object} has no property {name} in {standard}.',
    hint: '{suggestion}',
  },
  PROPERTY_MISSING: {
    message: '{object} lacks {name}.',
    hint: 'Add {name}: {expected}.',
  },
  PROPERTY_NOT_HERE: {
    message: '{name} may not stand in {object}.',
    hint: '{expected}',
  },
  VALUE_WRONG_TYPE: {
    message: '{name} is {found}.',
    hint: 'Expected {expected}.',
  },
  VALUE_NOT_ALLOWED: {
    message: '{name} is {found}, which the standard does not know.',
    hint: '{suggestion}',
  },
  VALUE_MALFORMED: {
    message: '{name} is {found}.',
    hint: 'Expected {expected}.',
  },
  LIST_LENGTH: {
    message: '{name} has {found} items.',
    hint: 'Expected {expected}.',
  },
  LIST_REPEATS: {
    message: '{name} has the same item twice.',
    hint: 'Take one of them out.',
  },
  QUALITY_OPERATORS: {
    message: '{name} compares with {found}.',
    hint: 'Expected exactly one of {expected}.',
  },
  RELATIONSHIP_ENDS: {
    message: '{name} goes from {from} to {to}.',
    hint: 'Expected a name on both ends, or lists of the same length on both.',
  },
  CUSTOM_PROPERTY_INVALID: {
    message: 'The value of {name} is not one that it takes.',
    hint: 'Expected {expected}.',
  },
  CUSTOM_PROPERTY_UNKNOWN: {
    message: 'Terrane knows no custom property {name} here.',
    hint: '{suggestion} Names that do not begin with terrane. are free.',
  },
  PRODUCT_MISSING: {
    message: 'There is no product in {folder}.',
    hint: 'A product is a folder with a file product.odps.yaml.',
  },
  PRODUCT_INCOMPLETE: {
    message: 'The product has no {name}, which its address is made of.',
    hint: 'Add {name}: {expected}.',
  },
  PRODUCT_NAME_INVALID: {
    message: 'The {name} of the product is {found}.',
    hint: 'Expected {expected}.',
  },
  VERSION_INVALID: {
    message: 'The version of {what} is {found}.',
    hint: 'Expected a semantic version like 1.0.0.',
  },
  CONTRACT_TWICE: {
    message: 'The contract {id} is also in {other}.',
    hint: 'Give each contract an id of its own.',
  },
  CONTRACT_UNKNOWN: {
    message: 'The output port {name} names the contract {id}, which no file of contracts/ has.',
    hint: '{suggestion}',
  },
  CONTRACT_WITHOUT_PORT: {
    message: 'No {direction} port names the contract {id}.',
    hint: 'Add an {direction} port with contractId: {id}, or remove the file; input contracts belong into contracts/inputs/.',
    severity: 'warning',
  },
  CONTRACT_WITHOUT_SCHEMA: {
    message: 'The contract {id} has no schema.',
    hint: 'Add schema: a list of datasets with their properties.',
  },
  DATASET_TWICE: {
    message: 'The dataset {dataset} is promised a second time; the first is at {other}.',
    hint: 'Names of datasets are unique in a product; rename one.',
  },
  DATASET_NAME_INVALID: {
    message: '{name} is not a name that a dataset can have.',
    hint: 'Use letters, digits and single underscores, beginning with a letter, like by_country_and_month.',
  },
  DATASET_NAME_RESERVED: {
    message: 'A dataset cannot be named {name}: the address is taken.',
    hint: 'Choose a name other than input, control, observability and product.',
  },
  DATASET_WITHOUT_PROPERTIES: {
    message: 'The dataset {dataset} has no properties.',
    hint: 'Add properties: a list with a name and a logicalType each.',
  },
  PROPERTY_NAME_INVALID: {
    message: '{name} is not a name that a property can have.',
    hint: "Use letters, digits and underscores, beginning with a letter; the source's own name goes into physicalName.",
  },
  PROPERTY_TWICE: {
    message: '{dataset} has two properties named {property}; the first is in line {line}.',
    hint: 'Rename or remove one; upper and lower case count as the same.',
  },
  DECIMAL_OUT_OF_RANGE: {
    message: 'DECIMAL({precision},{scale}) does not fit: Terrane holds exact numbers of up to 18 digits.',
    hint: 'Use a precision from 1 to 18 and a scale no greater, like DECIMAL(18,2).',
  },
  ENUM_NOT_POSSIBLE: {
    message: 'Allowed values cannot be listed for values of the type {type}.',
    hint: 'Remove the list, or describe the rule in quality with type: text.',
  },
  PATTERN_INVALID: {
    message: '{name} is not a regular expression.',
    hint: 'Use the syntax of ECMA-262, like ^[A-Z]{2}$.',
  },
  PRIMARY_KEY_POSITION_INVALID: {
    message: 'The primary key of {dataset} does not say where in it {property} stands.',
    hint: 'Number its properties with primaryKeyPosition from 1 to {wanted}, each once.',
  },
  PRIMARY_KEY_POSITION_ALONE: {
    message: '{property} of {dataset} has a primaryKeyPosition but is not part of the primary key.',
    hint: 'Add primaryKey: true, or remove the position.',
  },
  PRIMARY_KEY_TYPE: {
    message: '{property} is of the type {type} and cannot be part of the primary key of {dataset}.',
    hint: 'Use text, integers, exact decimals, dates or timestamps for keys.',
  },
  PRIMARY_KEY_RESTRICTED: {
    message: '{what} stands on {property}, which is part of the primary key of {dataset}.',
    hint: "A key is read with its dataset's grant alone: restrict the dataset, or use another key.",
  },
  SCOPES_EMPTY: {
    message: 'terrane.scopes of {property} holds no scope; nothing to fulfil would be fulfilled by everyone.',
    hint: 'List at least one scope, or remove it.',
  },
  ENTITY_NAME_INVALID: {
    message: '{name} is not a name that an entity can have.',
    hint: 'Use a GraphQL type name in PascalCase, like Country.',
  },
  ENTITY_WITHOUT_KEY: {
    message: '{dataset} is declared as the shared entity {entity} but has no primary key.',
    hint: 'Give it a primary key: others refer to it by that.',
  },
  ENTITY_TWICE: {
    message: '{dataset} is declared as the shared entity {entity}, and {other} is too.',
    hint: 'One dataset owns an entity; take terrane.entity off the other.',
  },
  RELATIONSHIP_TARGET: {
    message: '{property} of {dataset} ({type}) does not lead to the key of {entity}.',
    hint: 'Let to name {expected}, with a property of the same type.',
  },
  RELATIONSHIP_FIELD_TAKEN: {
    message: '{dataset} already has a {field}, so {property} cannot lead to its entity under that name.',
    hint: 'Name the field in terrane.field.',
  },
  RELATIONSHIP_TWICE: {
    message: '{property} has more than one relationship.',
    hint: 'Keep one: a property leads to one entity.',
  },
  RELATIONSHIP_ENTITY_MISSING: {
    message: '{name} stands without terrane.entity and has no effect.',
    hint: 'Add terrane.entity with the name of the entity it leads to.',
  },
  RELATIONSHIP_FIELD_MISSING: {
    message: '{property} leads to an entity, but the field for it has no name.',
    hint: 'Add terrane.field; it has a default only for names that end in _code or _id.',
  },
  QUALITY_METRIC_UNKNOWN: {
    message: 'There is no library metric {metric}.',
    hint: 'Expected one of {metrics}; other rules have type: text, sql or custom.',
  },
  QUALITY_COMPARISON_MISSING: {
    message: 'The rule {metric} does not say what the figure must be.',
    hint: 'Add one comparison with numbers, like mustBe: 0 or mustBeBetween: [1, 100].',
  },
  QUALITY_PROPERTY_UNKNOWN: {
    message: 'The rule {metric} names {property}, which {dataset} does not have.',
    hint: "Use the names of the dataset's properties.",
  },
  QUALITY_PROPERTIES_MISSING: {
    message: 'The rule {metric} stands on a dataset and does not say of which properties.',
    hint: 'Add arguments: { properties: [...] }, or move the rule to a property.',
  },
  QUALITY_ARGUMENT_MISSING: {
    message: 'The rule {metric} does not say which values are valid.',
    hint: 'Add arguments with validValues (a list) or pattern (a regular expression).',
  },
  ROLE_NAMES_UNKNOWN: {
    message: '{name} of the role {role} names {item}, which does not exist.',
    hint: '{suggestion}',
  },
  ROLE_CLASSIFICATION_UNKNOWN: {
    message: 'terrane.classifications of the role {role} names {item}, which no property is classified as.',
    hint: '{suggestion}',
  },
  ROLE_CLASSIFICATION_UNUSED: {
    message: 'terrane.classifications of the role {role} names {item}, which no property is classified as.',
    hint: '{suggestion}',
    severity: 'warning',
  },
  SERVER_CONNECTOR_MISSING: {
    message: 'The server {server} is of the type custom and does not name its connector.',
    hint: 'Add the custom property terrane.connector, for instance push.',
  },
  SERVER_FORMAT_UNKNOWN: {
    message: 'The server {server} has the format {format}, which Terrane does not know.',
    hint: '{suggestion}',
  },
  SERVER_PATH_NOT_A_FILE: {
    message: 'The path {path} of the server {server} is not one file for each dataset of its contract.',
    hint: 'Name a file, like exports/{dataset}.csv; {dataset} and {publication} between braces become name and number.',
  },
  PORT_TWICE: {
    message: 'There are two {direction} ports named {name}; the first is in line {line}.',
    hint: 'Rename one.',
  },
  PORT_NAME_INVALID: {
    message: 'The input port is named {name}, which SQL could not read as input.<port>.',
    hint: 'Use letters, digits and single underscores, beginning with a letter.',
  },
  PORT_WITHOUT_CONTRACT: {
    message: 'The port {name} names no contract.',
    hint: 'Add contractId.',
  },
  PORT_WITHOUT_SERVER: {
    message: 'The input port {name} has a contract ({file}) that does not say where the data is.',
    hint: 'Add servers to the contract, for instance type: local with path and format.',
  },
  PORT_READS_ITSELF: {
    message: "The input port {name} names one of the product's own output contracts.",
    hint: 'Name the contract of another product, or one of contracts/inputs/.',
  },
  PORT_DATASET_UNCLEAR: {
    message: 'The contract of the input port {name} does not have the dataset that the port would take.',
    hint: 'Name one of {datasets} in the custom property terrane.dataset of the port.',
  },
  MODEL_NAME_INVALID: {
    message: '{name}.sql is not a name that a model can have.',
    hint: 'Use letters, digits and single underscores, beginning with a letter.',
  },

  // Registry
  DERIVED_LESS_STRICT: {
    message: '{property} of {dataset} is {classification}, but it is computed from {source}, which is {stricter}.',
    hint: 'Classify it as strictly or leave the source out; correct the class of the source where it comes in; or let somebody answer for it in terrane.declassified {from, reason, by}.',
  },
  DERIVED_ROWS_LESS_STRICT: {
    message:
      'Which rows {dataset} has, or in which order, depends on {source}, which is {stricter}; whoever reads {property} ({classification}) sees that.',
    hint: 'Choose rows by something less strict, or let somebody answer for it in terrane.declassified of the dataset.',
    severity: 'warning',
  },
  DECLASSIFICATION_TOO_LOW: {
    message: '{what} is declassified from {from}, but depends on {source}, which is {stricter}.',
    hint: 'Let whoever answers for the stricter data decide, and name its class in from.',
  },
  DECLASSIFICATION_UNUSED: {
    message: '{what} is declassified without need: nothing it depends on is stricter.',
    hint: 'Take terrane.declassified out, so that it does not cover what comes later.',
    severity: 'warning',
  },
  UPSTREAM_CLASSIFICATION_UNKNOWN: {
    message:
      'What arrives at input port {port} counts as strictest: its contract {contract} is neither beside the product nor published.',
    hint: 'Name the folder of the product that offers it with --with, or record it where published contracts are.',
  },
  PUBLISHED_UNREADABLE: {
    message: 'What is published cannot be read here: {reason}.',
    hint: 'Take the folder from git again; it is only written by terrane check --record.',
  },
  CHECKED_ANOTHER: {
    message: 'The product {product} serves another {what} than the one that was checked.',
    hint: 'It changed in between, or another folder was checked: let it settle, check again, publish again.',
  },

  // Graph
  GRAPH_NAME_COLLISION: {
    message: '{first} and {second} both become `{name}` in the graph.',
    hint: 'Rename one of them.',
  },
  GRAPH_NAME_UNUSABLE: {
    message: '{what} cannot be called `{name}` in the graph.',
    hint: 'Give it a name of the letters a to z, digits and underscores.',
  },
  GRAPH_ENTITY_WITHOUT_KEY: {
    message: '{dataset} is declared as the entity {entity} but has no primary key to refer to it by.',
    hint: 'Mark the properties that identify a row with `primaryKey: true`.',
  },
  GRAPH_REFERENCE_NOT_KEY: {
    message: '{property} of {dataset} refers to {entity} by `{field}`, which is not its primary key.',
    hint: 'Refer to the primary key of that dataset.',
  },
  RESOLVERS_BROKEN: {
    message: '{file} does not load: {reason}.',
    hint: 'Correct it at this place; docs/resolvers.md says what it may hold.',
  },
  RESOLVERS_NOT_ALLOWED: {
    message: '{what} {why}.',
    hint: 'Change it in resolvers.ts; docs/resolvers.md says what it may add.',
  },
  SUPERGRAPH_NAME_TWICE: {
    message: 'Two products are called {name}: {first} and {second}.',
    hint: 'Give every product of the mesh a name of its own.',
  },
  SUPERGRAPH_NAME_COLLISION: {
    message: '`{name}` is made by both {first} and {second}.',
    hint: 'Rename one of the products, or the dataset that becomes this name.',
  },
  SUPERGRAPH_SUBGRAPH_INVALID: {
    message: 'The subgraph of {subgraph} is not valid: {reason}',
    hint: 'Correct this product; the others are not touched.',
  },
  SUPERGRAPH_COMPOSITION: {
    message: '{subgraphs} cannot be composed ({composition}): {reason}',
    hint: 'Make the products agree on what they share.',
  },
  SUPERGRAPH_NOT_PORTABLE: {
    message: "Apollo's own gateway does not load the supergraph because of {subgraphs}: {reason}.",
    hint: 'Leave out what it does not know: whatever is in the mesh runs on other gateways too (docs/schema-registry.md).',
  },

  // Input ports
  CONNECTOR_UNKNOWN: {
    message: 'Input port {port} names the connector {connector}, which Terrane does not have.',
    hint: 'Connectors are {known}.',
  },
  SOURCE_NOT_FOUND: {
    message: 'Input port {port} reads {pattern}, but there is no such folder.',
    hint: 'Create it or correct the path; relative paths start in the folder of the product.',
  },
  SOURCE_EMPTY: {
    message: 'Input port {port} found no file at {pattern}.',
    hint: 'Put a file there or correct the path; ** stands for any number of folders.',
  },
  SOURCE_UNREACHABLE: {
    message: 'Input port {port} cannot read {pattern}: {reason}.',
    hint: 'Check that the source is up, and that its address and credentials are right; the last publication keeps serving.',
  },
  SOURCE_SETTING_MISSING: {
    message: 'Input port {port} needs {setting} in the server of its contract.',
    hint: 'Add it; docs/contracts.md has every setting of every connector.',
  },
  SOURCE_TABLE_MISSING: {
    message:
      'Input port {port} reads the table {table}, which is not in the {database} database, or not for this user.',
    hint: 'Create it, correct terrane.table or the name of the dataset, or let the user select from it.',
  },
  SOURCE_SILENT: {
    message: 'Input port {port} does not hear from its source: {reason}.',
    hint: 'Check that it is up, and that its address and credentials are right; until then it is tried again and again.',
    severity: 'warning',
  },
  SOURCE_FORMAT_UNKNOWN: {
    message: 'Input port {port} cannot tell the format of {item}.',
    hint: 'State format: csv, json, ndjson or parquet in the server of the contract, or let the path match only such files.',
  },
  UPSTREAM_NO_MESH: {
    message: 'Input port {port} is fed by the output contract {contract}, but there is no mesh to find it in.',
    hint: 'Set TERRANE_MESH_URL to the address of the gateway.',
  },
  UPSTREAM_UNREACHABLE: {
    message: 'Input port {port} cannot reach the product that offers {contract}: {reason}.',
    hint: 'Check that the mesh and the product are up; the next pull tries again.',
  },
  UPSTREAM_UNKNOWN: {
    message: 'Input port {port} wants the output contract {contract}, which no product of the mesh offers to this one.',
    hint: 'Correct the contractId, publish the product that offers it, or ask its owner to let this product discover it.',
  },
  UPSTREAM_AMBIGUOUS: {
    message: 'Input port {port} wants the output contract {contract}, which several products offer: {products}.',
    hint: 'Give every output contract an id of its own.',
  },
  UPSTREAM_DENIED: {
    message: 'Input port {port} may not read {dataset} of {upstream}.',
    hint: 'Ask the owner of {upstream} for a grant to read for the subject product:<name of this product>.',
  },
  UPSTREAM_NOT_PUBLISHED: {
    message: 'Input port {port} reads {dataset} of {upstream}, which has no publication yet.',
    hint: 'Run {upstream} first; this product follows when it publishes.',
  },
  INPUT_TOO_LARGE: {
    message: '{file} for input port {port} is larger than {limit} bytes.',
    hint: 'Send it in parts, or raise the limit of input files.',
  },
  INPUT_EMPTY: {
    message: '{file} of input port {port} is empty.',
    hint: 'Deliver the file again; a csv file without rows still has its header.',
  },
  INPUT_FORMAT_UNKNOWN: {
    message: 'What was sent to input port {port} as {given} has no format that Terrane reads.',
    hint: 'Send text/csv, application/json, application/x-ndjson or application/vnd.apache.parquet, or add ?format=.',
  },
  INPUT_ENCODING_UNKNOWN: {
    message: 'What was sent to input port {port} is encoded as {given}.',
    hint: 'Send it plain or with Content-Encoding: gzip.',
  },
  INPUT_INTERRUPTED: {
    message: '{file} for input port {port} did not arrive whole: {reason}.',
    hint: 'Send it again, or let the next pull read it again; nothing of it was kept.',
  },
  INPUT_UNREADABLE: {
    message: '{file} of input port {port} is not readable as {format}: {reason}.',
    hint: 'Deliver the file again whole; nothing was published from it.',
  },
  INPUT_NOTHING_ARRIVED: {
    message: 'Nothing has arrived at input port {port} yet.',
    hint: 'Run again when the product that feeds it has published.',
  },
  INPUT_COLUMN_MISSING: {
    message: '{file} of input port {port} lacks {columns}, required by its contract.',
    hint: 'Deliver the file with it, correct physicalName, or do not require it; the file has {found}.',
  },
  INPUT_COLUMNS_IGNORED: {
    message: '{file} of input port {port} has columns that its contract does not name: {columns}.',
    hint: 'They are not loaded; name them in the input contract to use them.',
    severity: 'warning',
  },
  INPUT_FILE_SET_ASIDE: {
    message: 'A file pushed to input port {port} was set aside, and published without: {reason}',
    hint: 'Push it again whole, and take this one back: DELETE input/{port}/{sha256} below the address of the product.',
    severity: 'warning',
  },
  INPUT_QUARANTINED: {
    message:
      '{rows} rows of {file} of input port {port} do not fit its contract and were left out; {property} most often.',
    hint: 'Lines and reasons are at observability/quarantine/{port} below the address of the product.',
    severity: 'warning',
  },

  // Pipeline
  SQL_SYNTAX: {
    message: '{model}: {reason}.',
    hint: 'Correct the SQL at this place.',
  },
  SQL_NOT_ONE_SELECT: {
    message: 'A model is exactly one SELECT, but {model} {found}.',
    hint: 'Leave one SELECT in the file; a PIVOT needs its values written out: ON column IN (…).',
  },
  SQL_CONSTRUCT_NOT_ALLOWED: {
    message: '{model} uses {construct}, which a model may not.',
    hint: 'A model is a plain query of input.<port> and abstraction.<model>.',
  },
  SQL_TABLE_NOT_ALLOWED: {
    message: '{model} reads {table}, which is not a table of this product.',
    hint: 'Models read input.<port>, abstraction.<model> and their own WITH queries, and nothing else.',
  },
  SQL_TABLE_UNKNOWN: {
    message: '{model} reads {table}, which does not exist.',
    hint: '{suggestion}',
  },
  SQL_FUNCTION_NOT_ALLOWED: {
    message: '{model} calls {function}, which is not among the functions that models may call.',
    hint: '{suggestion}',
  },
  SQL_NOT_REPRODUCIBLE: {
    message: '{model} uses {construct}, which gives another answer every time.',
    hint: 'The same inputs must give the same publication: take times from the data, for instance max(received_at).',
  },
  SQL_INVALID: {
    message: '{model}: {reason}.',
    hint: 'Correct the SQL at this place; the names and types are those of the tables it reads.',
  },
  SQL_FAILED: {
    message: '{model} stopped while it ran: {reason}.',
    hint: 'Let the SQL expect such rows, for instance with try_cast, nullif or a WHERE.',
  },
  UPSTREAM_CONTRACT_UNKNOWN: {
    message: 'Input port {port} is fed by the output contract {contract}, which none of the products here offers.',
    hint: '{suggestion}',
  },
  ENTITY_UNKNOWN: {
    message: '{property} of {dataset} refers to the entity {entity}, which no dataset of the products here is.',
    hint: '{suggestion}',
  },
  ENTITY_NOT_HERE: {
    message: '{property} of {dataset} refers to the entity {entity}, which no product folder beside this one has.',
    hint: 'To check it here, put the product that owns it beside this one; in the mesh it is looked up when it is asked for.',
    severity: 'warning',
  },
  UPSTREAM_CONTRACT_NOT_HERE: {
    message: 'Input port {port} is fed by the output contract {contract}, which no product folder beside this one has.',
    hint: 'The models that read it are checked when they run; to check them here, put that product beside this one.',
    severity: 'warning',
  },
  MODEL_CYCLE: {
    message: 'Models read one another in a circle: {cycle}.',
    hint: 'Take one of these reads out.',
  },
  MODEL_TWICE: {
    message: 'There are two models named {model}.',
    hint: 'Names of models are unique in a product, over both folders; rename one.',
  },
  MODEL_MISSING: {
    message: 'The contract promises {dataset}, but no model makes it.',
    hint: 'Write pipeline/output/{dataset}.sql.',
  },
  MODEL_NOT_PROMISED: {
    message: '{model} makes a dataset that no output contract promises.',
    hint: 'Promise it in a contract, rename it after its dataset, or move it to pipeline/abstraction.',
  },
  CONTRACT_BROKEN_COLUMN_MISSING: {
    message: '{dataset} lacks {property}, which its contract promises as {expected}.',
    hint: 'Let the model select it, or take it out of the contract.',
  },
  CONTRACT_BROKEN_COLUMN_EXTRA: {
    message: '{dataset} has a column {property}, which its contract does not promise.',
    hint: 'Leave it out of the SELECT, or add it to the contract.',
  },
  CONTRACT_BROKEN_TYPE: {
    message: '{dataset}.{property} is {found}, but its contract promises {expected}.',
    hint: 'Convert it in the model, so that what is lost is decided there: {suggestion}.',
  },
  CONTRACT_BROKEN_VALUES: {
    message: '{dataset}.{property} has {rows} values that {expected} cannot hold exactly{example}.',
    hint: 'Round, shorten or leave out these values in the model.',
  },
  CONTRACT_BROKEN_REQUIRED: {
    message: '{dataset}.{property} is required, but missing in {rows} rows{example}.',
    hint: 'Fill it or leave these rows out in the model, or do not promise it.',
  },
  CONTRACT_BROKEN_UNIQUE: {
    message: '{dataset}.{property} is unique by contract, but {rows} rows repeat a value{example}.',
    hint: 'Remove the duplicates in the model, for instance with QUALIFY row_number() OVER (…) = 1.',
  },
  CONTRACT_BROKEN_PRIMARY_KEY: {
    message: 'The primary key of {dataset} ({property}) is repeated or missing in {rows} rows{example}.',
    hint: 'Remove the duplicates in the model, for instance with QUALIFY row_number() OVER (…) = 1.',
  },
  CONTRACT_BROKEN_RULE: {
    message: '{dataset}.{property} breaks "{rule}" in {rows} rows{example}.',
    hint: 'Correct these rows or leave them out in the model, or change the contract.',
  },
  CONTRACT_BROKEN_QUALITY: {
    message: '{dataset} breaks the quality rule {rule}: expected {expected}, found {actual}.',
    hint: 'Correct the rows in the model, or make the rule a warning.',
  },
  CONTRACT_PATTERN_INVALID: {
    message: '{dataset} has a pattern that is no regular expression: {rule}.',
    hint: 'Patterns are regular expressions as RE2 reads them: no look-ahead, no back-references.',
  },
  RUN_OUT_OF_MEMORY: {
    message: 'The run needed more than its {memory} MB of memory and was stopped{step}.',
    hint: 'Make intermediate results smaller, or raise the memory limit of runs.',
  },
  PRODUCT_IN_USE: {
    message: '{product} is already served by process {process} at {home}.',
    hint: 'Ask that one for a run: POST {address}/control/runs. Or stop it first, or set TERRANE_HOME to another folder.',
  },
  RUN_TIMEOUT: {
    message: 'The run took longer than {seconds} s and was stopped{step}.',
    hint: 'Look for a join without a condition or an endless recursion, or raise the time limit of runs.',
  },
  RUN_CRASHED: {
    message: "The run's process ended unexpectedly ({reason}){step}.",
    hint: 'Run again; if it ends in the same way, simplify the model it was at.',
  },
  RUN_ABORTED: {
    message: 'The run was cancelled{step}.',
    hint: 'Start it again when it is wanted.',
  },

  // Output layer
  STORE_UNAVAILABLE: {
    message: 'The {store} store cannot be used now: {reason}.',
    hint: 'Nothing was lost; bring the file or server back and try again.',
  },

  SERVER_FILE_NOT_WRITTEN: {
    message: '{dataset} could not be written to {path}, which the server {server} of its contract names: {reason}.',
    hint: 'The publication is in force all the same; make the place writable, and the next run writes the file.',
    severity: 'warning',
  },

  // Running a product
  QUALITY_RULES_TOO_MANY: {
    message: 'There are more than {most} quality rules on {dataset}.',
    hint: 'Keep those that somebody acts on.',
  },
  QUALITY_BASELINE_CHANGED: {
    message:
      "The quality rules of {dataset} were changed by {by} at {at} through the control port, and the contract's own have changed since.",
    hint: 'Put the two together in the contract and reset the rules, or put them again; the last publication is served until then.',
  },
  OVERLAY_BASELINE_CHANGED: {
    message:
      '{model} was changed by {by} at {at} through the control port, and the file under it has changed since.\nIn force until now:\n{overlay}\nIn the folder:\n{baseline}',
    hint: 'Put the two together in the folder and reset the model, or put it again; the last publication is served until then.',
  },
  PURPOSE_PLACEHOLDER: {
    severity: 'warning',
    message: 'The purpose of {product} is still the sentence that terrane init wrote.',
    hint: 'Say in one sentence what it is for: it is the first thing that people read who look for data.',
  },
  PULL_FOLDER_DIFFERS: {
    message:
      '{name} was changed by {by} at {at} through the control port, and the folder says something else than what was deployed under it.\nIn force:\n{overlay}\nIn the folder:\n{folder}',
    hint: 'Put the two together in the folder by hand; nothing of it was written.',
  },
  PULL_DEPLOYED_DIFFERS: {
    message:
      '{name} was changed by {by} at {at} through the control port, and what is deployed under it has changed since.\nIn force until then:\n{overlay}\nDeployed:\n{deployed}',
    hint: 'Put the two together in the folder by hand and reset the change; nothing of it was written.',
  },
  PULL_NOT_SHOWN: {
    message:
      '{name} was changed by {by} at {at} through the control port, in a way that this caller may not see whole.',
    hint: 'Pull with a token of somebody who may discover all of the product; nothing of it was written.',
  },
  PULL_NOT_IN_FOLDER: {
    message: '{name} was changed by {by} at {at} through the control port, and this folder has nothing of that name.',
    hint: 'Take the folder that the product was deployed from; nothing of it was written.',
  },
  PULL_RULES_UNWRITABLE: {
    message:
      'The quality rules of {name} could not be written so that the contract says just what is in force.\nIn force:\n{overlay}',
    hint: 'Write them into the contract by hand.',
  },
  INPUT_NOTHING_RECEIVED: {
    message: 'Nothing has been received yet on the input port {ports}.',
    hint: 'Send data to the port, or look at why its source is empty.',
  },
  RUN_BROKEN_OFF: {
    message: 'The run broke off without a fault of the product: {reason}.',
    hint: 'Run again; the log of the process says more.',
  },
  PRODUCT_NOT_OPENED: {
    message: 'The stores of {product} cannot be opened: {reason}.',
    hint: 'Look at the data folder and the database that this process was given.',
  },

  // Authorisation
  CONDITION_MALFORMED: {
    message: 'The row filter of {dataset} is not a condition.',
    hint: 'Write {property: {eq: value}}, or lists of conditions under and, or; one condition under not.',
  },
  CONDITION_UNKNOWN_PROPERTY: {
    message: 'The row filter of {dataset} names {property}, which the contract does not have.',
    hint: "Use the names of the contract's properties.",
  },
  CONDITION_MALFORMED_OPERAND: {
    message: 'The row filter of {dataset} compares {property} by {op} with something that does not fit.',
    hint: 'Expected {expected}.',
  },
  GRANT_MALFORMED: {
    message: 'In this grant {what} is none that the product knows.',
    hint: 'Expected {expected}.',
  },
  MODEL_UNKNOWN: {
    message: 'The pipeline has no model {model}.',
    hint: 'Its models are {models}.',
  },
  MODEL_TOO_LARGE: {
    message: 'The new SQL of {model} is longer than {characters} characters.',
    hint: 'Split it into several models.',
  },
  MASK_MALFORMED: {
    message: 'The mask of {property} is none that Terrane knows.',
    hint: 'Use null, hash, {kind: first, length: 1} or {kind: fixed, value: "***"}.',
  },

  // Gateway
  LISTEN_PORT_TAKEN: {
    message: 'Something else already listens on {host}:{listenPort}.',
    hint: 'Stop it, or choose another port with PORT or --port.',
  },
  LISTEN_REFUSED: {
    message: 'The gateway cannot listen on {host}:{listenPort}: {reason}.',
    hint: 'Choose an address of this machine and a port above 1023.',
  },
  CATALOGUE_UNAVAILABLE: {
    message: 'The store of the catalogue cannot be opened: {reason}.',
    hint: 'Look at the data folder and the database that this process was given.',
  },
  COMPOSITION_LOST: {
    message: 'The mesh was not composed: its thread was lost ({reason}).',
    hint: 'Nothing has changed. Composing takes a gigabyte at 300 products of 30 types: if it was memory, shared entities with fields that lead back (terrane.reverse) are what takes most. terrane compose tells more.',
  },
  PUBLICATION_NOT_IN_FORCE: {
    message:
      '{product} is published, but not yet in force at this gateway: it serves with new worker processes, and those cannot start ({reason}).',
    hint: 'What is published stays. The gateway goes on serving what was before and tries again by itself, once a minute at the latest: remove what keeps its workers from starting (memory, database, files under TERRANE_HOME). Publishing again is not needed.',
  },
  WORKERS_NOT_STARTED: {
    message: 'What is published at another gateway is not in force here: new worker processes cannot start ({reason}).',
    hint: 'They are started again by and by. Remove what keeps them from starting: memory, the database, files under TERRANE_HOME.',
  },
  SUPERGRAPH_UNREADABLE: {
    message: 'The supergraph {source} cannot be read: {reason}.',
    hint: 'Give the path or URL of a Federation 2 supergraph, as terrane compose writes it.',
  },
  SUPERGRAPH_REFUSED: {
    message: 'The supergraph does not load: {reason}.',
    hint: 'The one before stays in force; compose it again with the versions that this gateway supports.',
  },
  PRODUCT_URL_INVALID: {
    message: '{url} is not the URL of a product.',
    hint: 'Give the http or https address at which the product is served, http://127.0.0.1:4001.',
  },
  PRODUCT_UNREACHABLE: {
    message: 'The product {product} at {url} cannot be asked for {what}: {reason}.',
    hint: 'Check that it runs, that the address is right, and that it trusts the keys of this gateway (/.well-known/terrane-keys).',
  },
  PRODUCT_NAME_TAKEN: {
    message: 'Another product of the mesh is called {product}; it is served at {url}.',
    hint: 'Rename one of them; if it is the same product at a new address, publish it with --replace.',
  },
} as const satisfies Record<string, { message: string; hint: string; severity?: 'warning' }>
