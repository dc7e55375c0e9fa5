# shellcheck shell=bash disable=SC2034,SC2154  # Variables are shared by all parts of deploy/local.sh.
# The services themselves: published once per `up` into a folder of their own, so that a later build disturbs nothing that runs.

services=(order inventory payment saga storefront)
declare -A projects=([order]=Order.Api [inventory]=Inventory.Api [payment]=Payment.Api [saga]=Saga.Orchestrator [storefront]=Storefront [sandbox]=Payment.Sandbox)

# The names of all replicas of all services.
replica_names() {
  local service number
  for service in "${services[@]}"; do
    for ((number = 1; number <= replicas; number++)); do echo "$service-$number"; done
  done
}

# The name of the pipe to the compiler of this folder's builds, which is nobody else's: one for all projects takes two thirds of the
# processor time of one for each.
compiler() { echo "shop-local-$(cksum <<<"$data" | cut -d ' ' -f 1)"; }

# Somebody waits for it: the compiler lives for seconds and had better not optimize itself, the analyzers had their say in the gate,
# and nobody needs the site's files compressed on loopback. Build nodes do not stay behind.
build() {
  MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_CLI_TELEMETRY_OPTOUT=1 \
    DOTNET_TieredPGO=0 DOTNET_TC_CallCountThreshold=3E8 DOTNET_EnableWriteXorExecute=0 \
    dotnet publish "$root/deploy/services.slnf" --configuration Release --artifacts-path "$data/build" \
    -p:SharedCompilationId="$(compiler)" -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false -p:CompressionEnabled=false \
    --nologo --verbosity quiet </dev/null >"$data/logs/publish.log" 2>&1
}

# It would wait ten minutes for another build.
end_compiler() {
  local process
  for process in /proc/[0-9]*; do
    if grep -qszFx -- "-pipename:$(compiler)" "$process/cmdline"; then kill "${process#/proc/}" 2>/dev/null || true; fi
  done
}

# Publishes into a new folder under releases and makes it the current one.
publish() {
  local project release
  release=releases/$(date -u +%Y%m%d-%H%M%S)
  # The lock is the build's, too, as two at once would mix their files; but not the compiler's, which would outlive a killed build.
  (
    build 9>&-
    result=$?
    end_compiler
    exit "$result"
  ) || fail "dotnet publish failed:"$'\n'"$(tail -n 20 "$data/logs/publish.log")"
  mkdir -p "$data/$release.new"
  for project in "${projects[@]}"; do cp -r "$data/build/publish/$project/release" "$data/$release.new/$project"; done
  mv "$data/$release.new" "$data/$release"
  ln -sfn "$release" "$data/current"
}

# Releases that no process was started from.
remove_old_releases() {
  local release
  for release in "$data"/releases/*; do
    [ "$release" -ef "$data/current" ] || grep -qsFf <(echo "$release/") /proc/*/cmdline || rm -rf "$release"
  done
}

# What every service needs to know; further settings, such as OTEL_*, come from the caller's environment.
service_environment() {
  local name=$1 service=${1%-*}
  export MASSTRANSIT_USAGE_TELEMETRY=false DOTNET_NOLOGO=1 ASPNETCORE_ENVIRONMENT=Production
  export ASPNETCORE_URLS=http://127.0.0.1:${ports[$name]}
  export Shop__Transport=RabbitMq Shop__Store=PostgreSql Shop__Keys=$data/keys
  if [ "$service" = storefront ]; then storefront_environment && return; fi
  export Shop__Proof__KeyFile=$data/proof/key.pem Shop__Proof__Heads=$data/proof
  export ConnectionStrings__rabbitmq ConnectionStrings__"$service"
  ConnectionStrings__rabbitmq=$(broker "$service")
  printf -v ConnectionStrings__"$service" '%s' "$(database "$service")"
  # Whom Order.Api asks for the others' parts of an order as of an instant, and for their logs, which it audits.
  export Shop__Services__gateway=http://127.0.0.1:${ports[gateway]}
  if [ "$service" = order ]; then export Shop__PersonalData__MasterKey=$SHOP_PERSONAL_DATA_KEY; fi
  [ "$service" = payment ] || return 0
  # A real provider's settings may come from the caller's environment.
  export Payments__Gateway__BaseUrl=${Payments__Gateway__BaseUrl:-http://127.0.0.1:${ports[sandbox]}}
  export Payments__Gateway__SecretKey=${Payments__Gateway__SecretKey:-$SHOP_PAYMENT_SECRET_KEY}
  export Payments__Gateway__WebhookSecret=${Payments__Gateway__WebhookSecret:-$SHOP_PAYMENT_WEBHOOK_SECRET}
}

# The site asks the services through the gateway, and has no broker and no store but its accounts.
storefront_environment() {
  local service
  for service in order inventory payment saga; do export Storefront__Services__"$service"="http://127.0.0.1:${ports[gateway]}/$service"; done
  export ConnectionStrings__accounts Shop__Accounts__Operator__Email=$SHOP_OPERATOR_EMAIL Shop__Accounts__Operator__Password=$SHOP_OPERATOR_PASSWORD
  ConnectionStrings__accounts=$(database accounts)
}

start_service() {
  local name=$1 folder
  folder=$(readlink -f "$data/current")/${projects[${1%-*}]}
  (
    cd "$folder" || exit
    service_environment "$name"
    spawn "$name" dotnet "$folder/${projects[${name%-*}]}.dll"
  )
}

start_sandbox() {
  local folder
  folder=$(readlink -f "$data/current")/${projects[sandbox]}
  (
    cd "$folder" || exit
    export Sandbox__Urls=http://127.0.0.1:${ports[sandbox]} Sandbox__DataPath=$data/sandbox/ledger.db
    export Sandbox__SecretKey=$SHOP_PAYMENT_SECRET_KEY
    export Sandbox__Webhooks__Url=http://127.0.0.1:${ports[gateway]}/payments/webhooks/stripe Sandbox__Webhooks__Secret=$SHOP_PAYMENT_WEBHOOK_SECRET
    export Sandbox__Webhooks__EventTypes__0=payment_intent.canceled Sandbox__Webhooks__EventTypes__1=charge.refunded
    spawn sandbox dotnet "$folder/${projects[sandbox]}.dll"
  )
}

answers() { curl -sf -o /dev/null --max-time 2 "http://127.0.0.1:$1"; }

# healthy, degraded (it works, with delay), unhealthy, or nothing.
service_state() {
  { curl -s --max-time 2 "http://127.0.0.1:${ports[$1]}/health/ready" || true; } | sed -nE 's/.*"status": *"([a-z]+)".*/\1/p' | sed 1q
}

service_is_ready() { [ "$(service_state "$1")" = healthy ]; }

sandbox_is_ready() { answers "${ports[sandbox]}/"; }
