# One host: the namespaces around host-init.sh, and the libvirtd inside.

# host_pid HOST: the host's PID 1 as seen from outside; fails when it is not running.
host_pid() { recorded_process "$(host_dir "$1")/init.pid"; }
host_alive() { host_pid "$1" >/dev/null; }

# in_host HOST COMMAND...: inside all namespaces of the host, and in its root directory.
in_host() {
  local pid
  pid=$(host_pid "$1") || die "host $1 is not running; start it with: lab up"
  shift
  nsenter --target "$pid" --mount --uts --pid --net -- "$@"
}

# on HOST VIRSH-ARGUMENTS...: virsh over the host's own socket, which works while its networks are down.
on() {
  local host=$1
  shift
  timeout "${VIRSH_TIMEOUT:-60}" virsh -q -c "qemu+unix:///system?socket=$(host_dir "$host")/run/libvirt/libvirt-sock" "$@" </dev/null
}

# daemon_answers HOST
daemon_answers() { [[ -S $(host_dir "$1")/run/libvirt/libvirt-sock ]] && VIRSH_TIMEOUT=5 on "$1" version >/dev/null 2>&1; }

# start_daemon HOST...: starts libvirtd where it does not answer, all at once, and waits for each.
start_daemon() {
  local host started=()
  for host in "$@"; do
    daemon_answers "$host" && continue
    kill -USR1 "$(host_pid "$host")"
    started+=("$host")
  done
  for host in "${started[@]}"; do
    wait_for 30 daemon_answers "$host" ||
      die "libvirtd on $host does not answer after 30 s; see libvirtd.log and libvirtd.out in $(host_dir "$host")/log"
  done
}

# write_host_files HOST: configuration of a host that is about to start.
write_host_files() {
  local host=$1 dir other extra
  dir=$(host_dir "$host")
  rm -rf "${dir:?}"/{run,etc,lib,log,ready,env}
  # cache stays: libvirt keeps there what it found out about QEMU, which takes seconds
  mkdir -p "$dir"/{run/beats,etc/libvirt,lib,log,cache}
  {
    printf '127.0.0.1 localhost\n'
    # all that can be: one may be added while this host runs. h2-alias reaches h2, but is not in its certificate.
    for other in h{1..9}; do printf '%s %s %s-alias\n' "$(host_address "$other" management)" "$other" "$other"; done
  } >"$dir/etc/hosts"
  # Debian's libvirtd insists on its user, even when told to use root; only libvirt-daemon-system would make it.
  cp "$(host_root "$host")"/etc/{passwd,group} "$dir/etc/"
  grep -q '^libvirt-qemu:' "$dir/etc/passwd" || printf 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin\n' >>"$dir/etc/passwd"
  grep -q '^libvirt-qemu:' "$dir/etc/group" || printf 'libvirt-qemu:x:64055:\n' >>"$dir/etc/group"
  # LAB_ENV_<host>: words NAME=VALUE for this host's libvirtd
  extra=LAB_ENV_$host
  {
    printf '%s\n' "LD_PRELOAD=$LAB_DIR/bin/labshim.so" LABSHIM_LOG=/var/log/libvirt/shim.log "LABSHIM_SHARED=$SHARED"
    # shellcheck disable=SC2086 # words
    [[ -z ${!extra:-} ]] || printf '%s\n' ${!extra}
  } >"$dir/env"
  write_libvirt_configuration "$host" "$dir/etc/libvirt"
}

# start_host HOST: namespaces, mounts and network; libvirtd comes later, for all hosts at once.
start_host() {
  local host=$1 dir root enter=() unshare_pid init_pid
  dir=$(host_dir "$host")
  root=$(host_root "$host")
  [[ -z $root ]] || enter=("$LAB_DIR/bin/enter-root.sh" "$root" "$LAB_DIR")
  write_host_files "$host"
  detached unshare --mount --uts --pid --net --fork --kill-child --propagation private \
    "${enter[@]}" "$LAB_DIR/bin/host-init.sh" "$host" "$dir" </dev/null >"$dir/log/init.out" 2>&1 &
  unshare_pid=$!
  wait_for 10 test -e "$dir/ready" || die "host $host did not start; see $dir/log/init.out"
  init_pid=$(<"/proc/$unshare_pid/task/$unshare_pid/children")
  record_process "$dir/init.pid" "${init_pid% }"
  ! has_shape "$host" || wear_shape "$host"
  connect_host "$host"
}

# stop_host HOST: kills its PID 1, and with it everything inside; keeps its logs.
stop_host() {
  local dir pid
  dir=$(host_dir "$1")
  stop_process "$dir/init.pid"
  # an `up` that was killed may have started the host without recording it
  for pid in $(processes_running "$LAB_DIR/bin/host-init.sh" "$1" "$dir"); do kill -9 "$pid" 2>/dev/null || true; done
  disconnect_host "$1"
  rm -rf "${dir:?}"/{run,etc,lib,ready,env}
}

# kill_inside HOST PIDFILE: SIGKILL to a process of the host, by the pid it has inside; waits until it is gone.
# Sent from inside the host's PID namespace, it can hit nothing else.
kill_inside() {
  local pid
  pid=$(cat "$(host_dir "$1")/run/$2" 2>/dev/null) || return 1
  in_host "$1" kill -9 "$pid" 2>/dev/null || return 1
  wait_for 10 gone_inside "$1" "$pid" || die "process $pid on $1 does not end"
}
gone_inside() { ! in_host "$1" kill -0 "$2"; }

# cmd_kill HOST libvirtd | HOST qemu NAME
cmd_kill() {
  local host=${1:-} what=${2:-}
  require_running "$host"
  case $what in
    libvirtd) kill_inside "$host" libvirtd.pid || die "libvirtd is not running on $host" ;;
    qemu) [[ -n ${3:-} ]] || usage_error "kill $host qemu: which guest?"
          kill_inside "$host" "libvirt/qemu/$3.pid" || die "guest $3 has no QEMU on $host" ;;
    *) usage_error "kill: '$what' must be libvirtd or qemu NAME" ;;
  esac
}

# cmd_start HOST libvirtd
cmd_start() {
  require_running "${1:-}"
  [[ ${2:-} == libvirtd ]] || usage_error "start: '${2:-}' must be libvirtd"
  start_daemon "$1"
}

# cmd_run HOST -- COMMAND...
cmd_run() {
  require_running "${1:-}"
  local host=$1
  shift
  [[ ${1:-} != -- ]] || shift
  (($#)) || usage_error "run $host: which command?"
  in_host "$host" "$@"
}
