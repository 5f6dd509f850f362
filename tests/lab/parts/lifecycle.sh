# The lab as a whole.

# lock: one up or down at a time. LOCK is the descriptor; children close it, or they would hold the lock for ever.
lock() {
  mkdir -p "$LAB_DIR"
  exec {LOCK}>"$LAB_DIR/lock"
  flock --timeout 300 "$LOCK" || die "another 'lab up' or 'lab down' runs for more than 300 s (lock: $LAB_DIR/lock)"
}

# repair_links HOST: a test that died may have left a cable down or shaped.
repair_links() {
  local network
  for network in management migration; do
    link_plain "$1" "$network" && continue
    note "the $network link of $1 was not as it should be; reset"
    link_reset "$1" "$network"
  done
}

# running_hosts: one a line.
running_hosts() {
  local host
  for host in "${ALL_HOSTS[@]}"; do
    if host_alive "$host"; then printf '%s\n' "$host"; fi
  done
}

# cmd_up [--hosts h1,h2] [--with-h3]
cmd_up() {
  local hosts=() host list='' running=() changed='' with_h3=''
  while (($#)); do
    case $1 in
      --hosts) list=$(option_value "$@") || exit; shift ;;
      --with-h3) with_h3=yes ;;
      *) usage_error "up: unknown '$1'" ;;
    esac
    shift
  done
  [[ -z $with_h3 ]] || add_host
  if [[ -n $list ]]; then IFS=, read -ra hosts <<<"$list"; else hosts=("${ALL_HOSTS[@]}"); fi
  for host in "${hosts[@]}"; do require_host "$host"; done
  lock
  require_own_networks
  install_packages "${PACKAGES[@]}"
  build_artifacts
  make_certificates "${hosts[@]}"
  for host in "${hosts[@]}"; do [[ ${HOST_ROOT[$host]} == / ]] || host_alive "$host" || make_root "${HOST_ROOT[$host]}"; done
  [[ -z $with_h3 ]] || printf '%s\n' "$ADDED_HOST" >"$ADDED"
  # consoles and disks of the last time stay for whoever looks for a cause, but not for ever
  [[ -n $(running_hosts) ]] || rm -rf "$SHARED"
  mkdir -p "$SHARED"
  make_bridges
  for host in "${hosts[@]}"; do
    if host_alive "$host" && host_connected "$host"; then
      repair_links "$host"
      repair_shape "$host"
    else
      stop_host "$host"
      start_host "$host"
      changed=yes
    fi
  done
  start_daemon "${hosts[@]}"
  mapfile -t running < <(running_hosts)
  if [[ -n $changed ]] || ! collector_is_current; then start_collector "${running[@]}"; fi
  if [[ -n $changed || ! -e $HOME_DIR/cluster.json ]]; then write_cluster "${running[@]}"; fi
  note "up: ${running[*]}"
}

# leftovers: everything of the lab that still exists on this machine, one a line.
leftovers() {
  local process words variables
  for process in /proc/[0-9]*; do
    { mapfile -d '' -t words <"$process/cmdline" && mapfile -d '' -t variables <"$process/environ"; } 2>/dev/null || continue
    # libvirtd and its QEMUs carry the shim; collector and host-init.sh run from the lab's folder
    [[ " ${variables[*]-} " == *" LD_PRELOAD=$LAB_DIR/bin/"* || "${words[*]-}" == *"$LAB_DIR/bin/"@(collector|host-init.sh)" "* ]] || continue
    printf 'process %s: %.100s\n' "${process#/proc/}" "${words[*]}"
  done
  awk -v dir="$LAB_DIR/" 'index($5, dir) == 1 {print "mount", $5}' /proc/self/mountinfo
  ip -o link show | awk -F'[ :@]+' '$2 ~ /^lab-(mgmt|mig)/ {print "interface", $2}'
}

# cmd_down: ends everything and proves it. Caches, root directories, logs and consoles stay in LAB_DIR.
cmd_down() {
  local dir rest
  (($# == 0)) || usage_error "down: unknown '$1'"
  lock
  require_own_networks
  stop_process "$LAB_DIR/collector.pid"
  # every host that was ever started here, also one that LAB_HOSTS no longer names
  for dir in "$LAB_DIR"/hosts/*/; do
    [[ ! -d $dir ]] || stop_host "$(basename "$dir")"
    rm -rf "$dir"shape{,.new}
  done
  remove_bridges
  rm -f "$HOME_DIR/cluster.json" "$ADDED"
  wait_for 5 nothing_left || true
  rest=$(leftovers)
  [[ -z $rest ]] || die "down, but this is left:"$'\n'"$rest"
  note "down: no process, mount or interface of the lab is left"
}
nothing_left() { [[ -z $(leftovers) ]]; }

# cmd_status: one line for each host and its guests; exit code 1 unless every host is healthy.
cmd_status() {
  local host network healthy=yes state
  for host in "${ALL_HOSTS[@]}"; do
    if ! host_alive "$host"; then
      printf '%s: not running\n' "$host"
      healthy=
      continue
    fi
    state=running
    daemon_answers "$host" || { state='libvirtd does not answer' healthy=; }
    printf '%s: %s, %s' "$host" "$state" "$(host_uri "$host")"
    for network in management migration; do
      link_plain "$host" "$network" || printf ', %s link %s %s' "$network" "$(<"/sys/class/net/$(cable "$host" "$network")/operstate")" "$(link_queue "$host" "$network")"
    done
    ! has_shape "$host" || printf ', numa %s' "$(<"$(shape_dir "$host")/options")"
    printf '\n'
    [[ $state != running ]] || on "$host" list --all | sed 's/^/  /'
  done
  recorded_process "$LAB_DIR/collector.pid" >/dev/null || { printf 'heartbeat collector: not running\n'; healthy=; }
  [[ -n $healthy ]]
}
