/** The servers besides MySQL that `global-setup.js` found for tests; undefined where there is none. */
export const POSTGRESQL_SERVER: string | undefined = process.env.TERRANE_TEST_POSTGRESQL_URL
export const MQTT_BROKER: string | undefined = process.env.TERRANE_TEST_MQTT_URL

export const REDIS_SERVER: string | undefined = process.env.TERRANE_TEST_REDIS_URL

/** Suites that need one are skipped without it, by name. */
export const describeWith = (server: string | undefined): typeof describe.skip => (server ? describe : describe.skip)
