package dev.godwit.migration.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestPostgresIT {

    @Test
    void shouldPromiseDurabilityAndLogicalReplication() {
        String settings = TestPostgres.pool("postgres")
                .query("SELECT concat_ws(',', current_setting('wal_level'), current_setting('fsync'),"
                        + " current_setting('synchronous_commit'), current_setting('server_version_num')::int / 10000)")
                .execute()
                .await()
                .atMost(TestPostgres.stepTimeout())
                .iterator()
                .next()
                .getString(0);

        assertThat(settings).isEqualTo("logical,on,on," + TestPostgres.major());
    }

    @ParameterizedTest
    @CsvSource({
        "keycloak.sql.gz, 89, public.keycloak_role, 84",
        "northwind.sql.gz, 14, public.customers, 91",
        "pagila.sql.gz, 21, public.customer, 599"
    })
    void shouldLoadRealDatabasesWhole(String file, int tablesMin, String table, int rows) {
        String database = SampleData.load(file);

        assertThat(count(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
                .isGreaterThanOrEqualTo(tablesMin);
        assertThat(count(database, "SELECT count(*) FROM " + table)).isEqualTo(rows);
    }

    private static long count(String database, String sql) {
        return TestPostgres.pool(database)
                .query(sql)
                .execute()
                .await()
                .atMost(TestPostgres.stepTimeout())
                .iterator()
                .next()
                .getLong(0);
    }
}
