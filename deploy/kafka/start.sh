#!/bin/sh
# Formats the storage once, with the administrator's password, and runs the broker.
# Passwords go by files (0600): every account of the machine can read a command line.
set -eu
umask 077
home=${KAFKA_HOME:-/opt/kafka}
secrets=${SECRETS:-/run/secrets}
here=$(dirname "$0")
admin=$(cat "$secrets/kafka_admin")
own=$(cat "$secrets/kafka_broker")
work=$(mktemp -d)
scram=org.apache.kafka.common.security.scram.ScramLoginModule
plain=org.apache.kafka.common.security.plain.PlainLoginModule
run() { java -Xmx256m -cp "$home/libs/*" "$@"; }

{
  cat "$here/server.properties"
  echo "listener.name.client.scram-sha-256.sasl.jaas.config=$scram required username=\"broker\" password=\"$own\";"
  echo "listener.name.controller.plain.sasl.jaas.config=$plain required username=\"broker\" password=\"$own\" user_broker=\"$own\";"
} > "$work/server.properties"

data=$(sed -n 's/^log.dirs=//p' "$here/server.properties")
if [ ! -e "$data/meta.properties" ]; then
  cat > "$work/format" <<END
kafka.tools.StorageTool format --standalone --config $work/server.properties
--cluster-id=$(run kafka.tools.StorageTool random-uuid)
--add-scram SCRAM-SHA-256=[name=admin,password=$admin]
--add-scram SCRAM-SHA-256=[name=broker,password=$own]
END
  run "@$work/format" > /dev/null
  rm "$work/format"
fi

log4j=$home/config/log4j2.yaml
[ -e "$log4j" ] && set -- "-Dlog4j2.configurationFile=$log4j" "$@"
exec java -Xmx"${KAFKA_HEAP:-1g}" "$@" -cp "$home/libs/*" kafka.Kafka "$work/server.properties"
