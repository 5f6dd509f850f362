# Guests: the distribution's kernel, guest/init.c as the only program.

# guest_hosts NAME: the running hosts that know the guest.
guest_hosts() {
  local host
  for host in "${ALL_HOSTS[@]}"; do
    if daemon_answers "$host" && on "$host" domid "$1" >/dev/null 2>&1; then printf '%s\n' "$host"; fi
  done
}

# top_elements XML: the names of its outermost elements, between blanks: there is a <memory> in <numatune> too.
top_elements() {
  awk -v RS='<' -v depth=0 '
    function closed() { return $0 ~ /^[^>]*\/>/ }
    comment { if (index($0, "-->")) comment = 0; next }
    /^!--/ { comment = !index($0, "-->"); next }
    NR == 1 || /^[?!]/ { next }
    /^\// { depth--; next }
    { if (depth == 0) { match($0, /^[^ \t\n\/>]+/); printf " %s ", substr($0, 1, RLENGTH) } if (!closed()) depth++ }' <<<"$1"
}

# unless_in NAMES TAG XML: prints XML, our own element, unless TAG is among the NAMES of those that the extra XML brings.
unless_in() {
  [[ $1 == *" $2 "* ]] || printf '  %s\n' "$3"
}

# guest_xml NAME MACHINE MEMORY-MIB VCPUS RATE-KIB WORKINGSET-MIB DISK EXTRA CHANNEL LISTENER
guest_xml() {
  local name=$1 machine=$2 memory=$3 vcpus=$4 rate=$5 workingset=$6 disk=$7 extra=$8 writers=$4 disk_xml='' theirs
  local channel=$9 listener=${10} channel_xml=''
  [[ -z $channel ]] || channel_xml="<channel type='unix'><target type='virtio' name='$channel'/></channel>"
  [[ $disk == none ]] || disk_xml="<disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='none'/><source file='$SHARED/$name.raw'/><target dev='vda' bus='virtio'/>
    </disk>"
  theirs=$(top_elements "$extra")
  printf "<domain type='qemu'>\n  <name>%s</name>\n" "$name"
  unless_in "$theirs" memory "<memory unit='MiB'>$memory</memory>"
  unless_in "$theirs" vcpu "<vcpu>$vcpus</vcpu>"
  unless_in "$theirs" features "<features><acpi/></features>"
  unless_in "$theirs" cpu "<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu>"
  printf '%s\n' "$extra"
  cat <<XML
  <os>
    <type arch='x86_64' machine='$machine'>hvm</type>
    <kernel>$LAB_DIR/guest/vmlinuz</kernel>
    <initrd>$LAB_DIR/guest/initrd</initrd>
    <cmdline>console=ttyS0 quiet mitigations=off panic=-1 ws=$workingset rate=$rate writers=$writers${disk_xml:+ disk=1}${channel:+ channel=$listener}</cmdline>
  </os>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>destroy</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>$LAB_DIR/bin/qemu-lab</emulator>
    $disk_xml
    $channel_xml
    <serial type='file'><source path='$SHARED/$name.console' append='on'/><target port='0'/></serial>
    <serial type='file'><source path='/run/beats/$name.beat' append='on'/>
      <target type='isa-debug' port='1'><model name='isa-debugcon'/></target>
      <address type='isa' iobase='0xe9'/></serial>
    <memballoon model='none'/>
  </devices>
</domain>
XML
}

# remove_guest_files NAME: console, heartbeats, disk.
remove_guest_files() {
  local host
  rm -f "$SHARED/$1".{console,raw,xml}
  for host in "${ALL_HOSTS[@]}"; do rm -f "$(host_dir "$host")/run/beats/$1.beat"; done
  sleep 0.02                       # the collector forgets the old guest before its record goes
  rm -f "$SHARED/$1".{beats,work}
}

# guest_ready NAME: its init has said READY, and listens where it has a channel.
guest_ready() { grep -qs '^READY' "$SHARED/$1.console" && { ! grep -qs ' channel=' "$SHARED/$1.xml" || grep -qs '^CHANNEL listens' "$SHARED/$1.console"; }; }

# cmd_vm NAME --on HOST ...
cmd_vm() {
  local name=${1:-} host='' machine=pc-q35-7.2 memory=256MiB vcpus=1 dirty=0 workingset=64MiB disk=none extra='' transient='' paused=''
  local channel='' listener=answer
  local memory_mib rate_kib workingset_mib known started
  [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$ ]] || usage_error "vm: name '$name' must be letters, digits, . _ -, at most 40"
  shift
  while (($#)); do
    case $1 in
      --on) host=$(option_value "$@") || exit; shift ;;
      --machine) machine=$(option_value "$@") || exit; shift ;;
      --memory) memory=$(option_value "$@") || exit; shift ;;
      --vcpus) vcpus=$(option_value "$@") || exit; shift ;;
      --dirty) dirty=$(option_value "$@") || exit; shift ;;
      --workingset) workingset=$(option_value "$@") || exit; shift ;;
      --disk) disk=$(option_value "$@") || exit; shift ;;
      --channel) channel=$(option_value "$@") || exit; shift ;;
      --xml-extra) extra=$(option_value "$@") || exit; shift ;;
      --transient) transient=yes ;;
      --paused) paused=--paused ;;
      *) usage_error "vm: unknown '$1'" ;;
    esac
    shift
  done
  [[ -n $host ]] || usage_error "vm $name: say --on HOST, one of: ${ALL_HOSTS[*]}"
  [[ $machine =~ ^[a-z0-9.-]+$ ]] || usage_error "vm: --machine '$machine' must be like pc-q35-7.2, or newest"
  [[ $machine != newest ]] || machine=q35            # QEMU's own word for the newest pc-q35-...
  memory_mib=$(mebibytes "$memory") || usage_error "vm: --memory '$memory' must be like 256MiB or 1GiB"
  workingset_mib=$(mebibytes "$workingset") || usage_error "vm: --workingset '$workingset' must be like 64MiB or 1GiB"
  rate_kib=$(kibibytes_per_second "$dirty") || usage_error "vm: --dirty '$dirty' must be like 20MiB/s, 512KiB/s or 0"
  [[ $vcpus =~ ^[1-9][0-9]?$ ]] || usage_error "vm: --vcpus '$vcpus' must be 1 to 99"
  [[ $disk == shared || $disk == none ]] || usage_error "vm: --disk '$disk' must be shared or none"
  ((memory_mib >= workingset_mib + 96)) ||
    usage_error "vm: --memory $memory is too little: the working set of $workingset needs 96MiB more than itself"
  if [[ $channel == *:silent ]]; then listener=silent channel=${channel%:silent}; fi
  [[ -z $channel || $channel =~ ^[A-Za-z0-9._-]+$ ]] || usage_error "vm: --channel '$channel' must be a name like org.example.notice.0, or that with :silent"
  if [[ -n $extra ]]; then
    [[ -r $extra ]] || usage_error "vm: --xml-extra '$extra' cannot be read"
    extra=$(<"$extra")
  fi
  require_running "$host"
  known=$(guest_hosts "$name")
  [[ -z $known ]] || die "guest $name exists on ${known//$'\n'/, }; remove it with: lab destroy $name"

  remove_guest_files "$name"
  [[ $disk == none ]] || truncate -s 64M "$SHARED/$name.raw"
  guest_xml "$name" "$machine" "$memory_mib" "$vcpus" "$rate_kib" "$workingset_mib" "$disk" "$extra" "$channel" "$listener" >"$SHARED/$name.xml"
  started=$(now_ms)
  if [[ -n $transient ]]; then
    # shellcheck disable=SC2086 # nothing or one word
    on "$host" create "$SHARED/$name.xml" $paused >/dev/null
  else
    on "$host" define "$SHARED/$name.xml" >/dev/null
    # shellcheck disable=SC2086
    on "$host" start "$name" $paused >/dev/null
  fi
  if [[ -n $paused ]]; then
    note "guest $name is on $host, paused before its first instruction"
    return
  fi
  wait_for 60 guest_ready "$name" || die "guest $name is not ready after 60 s; see: lab console $name"
  note "guest $name is ready on $host after $(($(now_ms) - started)) ms"
}

# remove_from HOST NAME: destroys and undefines, also what a crash in mid-migration left.
remove_from() {
  on "$1" domid "$2" >/dev/null 2>&1 || return 0
  on "$1" destroy "$2" >/dev/null 2>&1 || true
  on "$1" undefine "$2" --managed-save --nvram >/dev/null 2>&1 || true
  on "$1" domstate "$2" >/dev/null 2>&1 || return 0
  # Trap: a transient guest that a crashed migration left "shut off" can be neither destroyed nor undefined.
  # Defined over, it becomes an ordinary one and can.
  local xml=$SHARED/$2.leftover.xml
  on "$1" dumpxml --inactive "$2" >"$xml" 2>/dev/null || true
  on "$1" define "$xml" >/dev/null 2>&1 || true
  on "$1" undefine "$2" >/dev/null 2>&1 || true
  rm -f "$xml"
  ! on "$1" domstate "$2" >/dev/null 2>&1 || die "guest $2 cannot be removed from $1"
}

# cmd_destroy NAME: gone from every host, with its files.
cmd_destroy() {
  local name=${1:-} host
  [[ -n $name ]] || usage_error "destroy: which guest?"
  for host in "${ALL_HOSTS[@]}"; do
    host_alive "$host" || continue
    daemon_answers "$host" || die "libvirtd on $host does not answer; start it with: lab start $host libvirtd"
    remove_from "$host" "$name"
  done
  remove_guest_files "$name"
}
