/** The server that `global-setup.js` found for tests, `mysql://root@127.0.0.1:3306`; undefined where there is none. */
export const MYSQL_SERVER: string | undefined = process.env.TERRANE_TEST_DATABASE_URL

/** Tests that need it are skipped without it, by name. */
export const testOnMysql: typeof test.skip = MYSQL_SERVER ? test : test.skip
