// Every command that a document shows (blocks of sh), and who runs it: `readme.test.ts` in one of
// its stories, another test, or nobody, with the reason. A command that is in none of the lists
// makes the test fail, and so does one that no document shows any more.

/** One thing after the other in one place; of each command something that it says. */
export type Story = readonly (readonly [command: string, says: RegExp])[]

/** In an empty folder with schemas/. */
export const OWN_DATA: Story = [
  ['npx tributary generate --file events.ndjson --events 20000', /300 records/],
  ['npx tributary check events.ndjson', /invalid_json: 1/],
  ['npx tributary replay events.ndjson --out out/', /purchase/],
  ['npx tributary report', /channel/],
  [
    `npx tributary sql "SELECT channel, sum(conversions) FROM bi_credits WHERE model = 'linear' GROUP BY channel"`,
    /email/,
  ],
  ['npx tributary journey USER_HASH', /touchpoint/],
  ['npx tributary sql --file schemas/cookbook/top-paths.sql', /path/],
  ['npx tributary replay schemas/examples/journey.ndjson', /purchase/],
  ['npx tributary journey visitor-417', /purchase of 100\.00 EUR/],
]

/** On Kafka, Redis and ClickHouse; `run` goes on until the end of the story. */
export const SERVICES: Story = [
  ['npx tributary migrate', /topic .* created/],
  ['npx tributary doctor', /PASS/],
  ['npx tributary run', /worker_started/],
  ['npx tributary generate --topic events --rate 500 --events 20000', /300 records/],
  ['npx tributary report --clickhouse http://127.0.0.1:8123 --database tributary', /shapley/],
  [
    'npx tributary sql --clickhouse http://127.0.0.1:8123 --database tributary "SELECT minute, currency, orders, gmv FROM bi_live_minutes WHERE orders > 0 ORDER BY minute DESC LIMIT 20"',
    /"minute","currency","orders","gmv"/,
  ],
  [
    'npx tributary sql --clickhouse http://127.0.0.1:8123 --database tributary --file schemas/cookbook/top-paths.sql',
    /path/,
  ],
  ['npx tributary audit', /partition/],
  ['curl http://127.0.0.1:9464/metrics', /tributary_records_total\{/],
]

const BACKFILL = 'test/integration/same-numbers.test.ts'
const LOCAL = 'test/deploy/local-services.test.ts'
const HALTS = 'test/integration/halts.test.ts'
const HALTS_OF_THE_LOG = 'test/integration/halts-of-the-log.test.ts'
const SIM = 'test/sim/command.test.ts'
const BAD_INPUT = 'test/bad-input/bad-input.test.ts'
const CHAOS = 'test/chaos/chaos.test.ts'

/** Command -> the test that runs it, or the same with fewer records, seeds or faults. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm run demo': 'test/cli/demo/demo.test.ts',
  'export TRIBUTARY_KAFKA__ALLOW_CREATE_TIME=true': BACKFILL,
  'npx tributary generate --from history.ndjson --topic events': BACKFILL,
  'npx tributary tick --until-settled': BACKFILL,
  'npx tributary migrate --clickhouse-only --bi-password-file /run/secrets/bi':
    'test/cli/migrate-clickhouse.test.ts',
  'npx tributary admin partitions --accept --execute': HALTS,
  'npx tributary admin rebuild --partition 3 --reason "Redis was lost" --execute': HALTS,
  'npx tributary admin lineage --partition 3 --reason "Redis was lost" --execute': HALTS,
  'npx tributary admin lineage --partition 3 --at log-start --reason "created anew" --execute':
    HALTS,
  'npx tributary admin skip --partition 3 --from 1200 --to 1260 --reason "the disk" --execute':
    HALTS_OF_THE_LOG,
  'npx tributary admin rebuild --all --reason "lookback 60 days"': HALTS,
  'npx tributary admin rebuild --all --reason "lookback 60 days" --execute': HALTS,
  'deploy/local/up': LOCAL,
  'deploy/local/up kafka redis': LOCAL,
  'deploy/local/down': LOCAL,
  'deploy/local/down --purge': LOCAL,
  "kcat -C -q -e -o beginning -b 127.0.0.1:9092 -t events.dlq -f '%h\\n'":
    'test/schema/keying.test.ts',
  'npm run sim': SIM,
  'npm run sim -- --seed 77 --trace': SIM,
  'npm run sim -- --mutants': 'test/sim/mutants.test.ts',
  'npm run sim -- --mutant fence-dropped': SIM,
  'npm run bad-input': BAD_INPUT,
  'npm run bad-input -- --records 20000 --seed 7 --json': BAD_INPUT,
  'npm run chaos': CHAOS,
  'npm run chaos -- --kills 300 --rewinds 60 --outages 60 --rebalances 60 --zombies 30 --seed 1':
    CHAOS,
}

const ITSELF = 'runs the tests; this is one of them'
const HOURS = 'takes hours; what it runs are the commands above, what it writes is in test/proof'
const DOCKER = 'needs images; deploy/containers/exercise.mjs runs it, compose.test.ts reads it'

const CLUSTER = 'needs a cluster; chart.test.ts renders the same'

/** Command -> why no test runs it. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'npm test': ITSELF,
  'npm test -- test/core': ITSELF,
  'npx vitest --config test/vitest.config.ts': ITSELF,
  '.ci/run': ITSELF,
  'npm run build': 'the tests are run on what it built',
  'eval "$(deploy/local/up)"': 'a shell’s own: what it evaluates is what `up` prints',
  'npm run proof': HOURS,
  'npm run proof -- chaos': HOURS,
  'clickhouse-client --query "INSERT INTO tributary.spend (day, channel, campaign, currency, amount) FORMAT CSVWithNames" < spend.csv':
    'a program of ClickHouse; test/schema/cookbook.test.ts fills that table',
  'docker compose --profile demo up --wait': DOCKER,
  'docker compose --profile demo down -v': DOCKER,
  'helm install shop deploy/helm/tributary --namespace live --values values.yaml': CLUSTER,
  'kubectl -n live scale deployment/shop-tributary --replicas 0': CLUSTER,
  [`helm template shop deploy/helm/tributary --namespace live --values values.yaml --show-only templates/operator.yaml --set-json 'operator.args=["admin","rebuild","--all","--reason","Redis was lost","--execute"]' | kubectl -n live create -f -`]:
    CLUSTER,
  'kubectl -n live logs --follow --selector app.kubernetes.io/component=operator': CLUSTER,
  'kafka-topics.sh --bootstrap-server kafka:9092 --alter --topic events --partitions 12':
    'a program of Kafka; test/integration/halts.test.ts adds partitions through its admin protocol',
}
