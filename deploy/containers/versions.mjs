// The versions of what runs in the containers, as each says itself.

const COMMANDS = {
  kafka: ['/opt/kafka/bin/kafka-broker-api-versions.sh', '--version'],
  redis: ['redis-server', '--version'],
  clickhouse: ['clickhouse-client', '--query', 'SELECT version()'],
  worker: ['node', 'dist/main.js', 'version'],
  prometheus: ['prometheus', '--version'],
}

/** @param {string[]} services @returns {string} of those that are known here */
export function versionsOf(project, services) {
  const known = services.filter((service) => COMMANDS[service])
  return known.map((service) => `${service} ${versionOf(project, service)}`).join(', ')
}

function versionOf(project, service) {
  const { stdout, stderr } = project.run(['exec', '-T', service, ...COMMANDS[service]])
  // Some say it on one output, some on the other, and some say more.
  return /\d+\.\d+[.\d]*/.exec(`${stdout}${stderr}`)?.[0] ?? 'that does not say'
}
