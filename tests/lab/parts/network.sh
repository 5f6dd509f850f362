# Two bridges, a cable from each to every host, and what can happen to a cable.

declare -A BRIDGE=([management]=lab-mgmt [migration]=lab-mig)
declare -A INTERFACE=([management]=mgmt [migration]=mig)      # its name inside a host
declare -A ADMIN_ADDRESS=([management]=10.77.0.1 [migration]=10.78.0.1)

# cable HOST NETWORK: our end of the cable, as named outside.
cable() { printf '%s-%s' "${BRIDGE[$2]}" "$1"; }

# require_own_networks: dies when the lab of another LAB_DIR is up: names and addresses exist once a machine.
# The bridge carries its owner's LAB_DIR as its alias.
require_own_networks() {
  local bridge=${BRIDGE[management]} owner
  owner=$(cat "/sys/class/net/$bridge/ifalias" 2>/dev/null) || return 0
  [[ -z $owner || $owner == "$LAB_DIR" ]] || die "bridge $bridge belongs to the lab in $owner; end that with: LAB_DIR=$owner lab down"
}

# make_bridges: the two networks with the admin side's address.
make_bridges() {
  local network bridge taken
  for network in management migration; do
    bridge=${BRIDGE[$network]}
    taken=$(ip -o -4 address show to "${ADMIN_ADDRESS[$network]}/24" | awk -v b="$bridge" '$2 != b {print $2; exit}')
    [[ -z $taken ]] || die "${ADMIN_ADDRESS[$network]}/24 is in use on $taken; the lab needs this range for itself"
    [[ -e /sys/class/net/$bridge ]] || ip link add "$bridge" type bridge
    ip link set "$bridge" alias "$LAB_DIR"
    ip address replace "${ADMIN_ADDRESS[$network]}/24" dev "$bridge"
    ip link set "$bridge" up
  done
}

# connect_host HOST: both cables into the host's network namespace.
connect_host() {
  local host=$1 network pid
  pid=$(host_pid "$host")
  in_host "$host" ip link set lo up
  for network in management migration; do
    # a fixed MAC, because libvirt names its node devices by it: net_mig_52_54_00_4e_00_0b
    ip link add "$(cable "$host" "$network")" type veth \
      peer name "${INTERFACE[$network]}" address "$(host_mac "$host" "$network")" netns "$pid"
    ip link set "$(cable "$host" "$network")" master "${BRIDGE[$network]}" up
    in_host "$host" ip address add "$(host_address "$host" "$network")/24" dev "${INTERFACE[$network]}"
    in_host "$host" ip link set "${INTERFACE[$network]}" up
  done
}

# host_connected HOST: both cables exist and end in their bridges.
host_connected() {
  local network
  for network in management migration; do
    [[ -e /sys/class/net/${BRIDGE[$network]}/brif/$(cable "$1" "$network") ]] || return 1
  done
}

# disconnect_host HOST: takes away what the end of the network namespace did not take yet.
disconnect_host() {
  local network
  for network in management migration; do
    ip link delete "$(cable "$1" "$network")" 2>/dev/null || true
  done
}

# remove_bridges: the networks themselves.
remove_bridges() {
  local network
  for network in management migration; do
    ip link delete "${BRIDGE[$network]}" 2>/dev/null || true
  done
}

# both_ends HOST NETWORK COMMAND...: runs COMMAND with the device's name behind it, in the host and outside,
# since a queue shapes only what leaves through it.
both_ends() {
  local host=$1 network=$2
  shift 2
  in_host "$host" "${@//DEVICE/${INTERFACE[$network]}}" && "${@//DEVICE/$(cable "$host" "$network")}"
}

# link_plain HOST NETWORK: true when the cable is up, without a rate or delay.
link_plain() {
  [[ $(<"/sys/class/net/$(cable "$1" "$2")/operstate") == up ]] && ! link_queue "$1" "$2" | grep -q .
}

# link_queue HOST NETWORK: the queue that shapes it, if any.
link_queue() { tc qdisc show dev "$(cable "$1" "$2")" | grep -oE '(rate|delay) [^ ]+' || true; }

# link_reset HOST NETWORK: up, nothing shaped.
link_reset() {
  both_ends "$1" "$2" tc qdisc delete dev DEVICE root 2>/dev/null || true
  tc qdisc delete dev "$(cable "$1" "$2")" root 2>/dev/null || true
  ip link set "$(cable "$1" "$2")" up
  wait_for 5 link_plain "$1" "$2" || die "the $2 link of $1 does not come up"
}

# link_shape HOST NETWORK RATE DELAY: both directions; either may be empty.
link_shape() {
  local host=$1 network=$2 rate=$3 delay=$4
  link_reset "$host" "$network"
  if [[ -n $delay ]]; then
    both_ends "$host" "$network" tc qdisc add dev DEVICE root handle 1: netem delay "$delay" ${rate:+rate "$rate"} 2>/dev/null || {
      link_reset "$host" "$network"
      die "--delay $delay refused: this kernel has no netem (CONFIG_NET_SCH_NETEM); --rate works without it"
    }
  else
    # tbf because it is in every kernel; a burst of 256 kB keeps it exact up to some Gbit/s.
    both_ends "$host" "$network" tc qdisc add dev DEVICE root tbf rate "$rate" burst 256kb latency 50ms
  fi
}

# link_down HOST NETWORK: pulls the cable at our end: the host sees its carrier go, and keeps its address.
link_down() { ip link set "$(cable "$1" "$2")" down; }

# cmd_link HOST ...: the `link` command.
cmd_link() {
  local host=${1:-} network=migration rate='' delay='' state=''
  require_running "$host"
  shift
  while (($#)); do
    case $1 in
      --network) network=$(option_value "$@") || exit; shift ;;
      --rate) rate=$(option_value "$@") || exit; shift ;;
      --delay) delay=$(option_value "$@") || exit; shift ;;
      --down | --up) state=${1#--} ;;
      *) usage_error "link: unknown '$1'" ;;
    esac
    shift
  done
  [[ -n ${BRIDGE[$network]:-} ]] || usage_error "link: --network '$network' must be migration or management"
  [[ -z $rate || $rate =~ ^[1-9][0-9]*[kmg]?bit$ ]] || usage_error "link: --rate '$rate' must be like 1000mbit"
  [[ -z $delay || $delay =~ ^[1-9][0-9]*(us|ms|s)$ ]] || usage_error "link: --delay '$delay' must be like 5ms"
  [[ -z $state || -z $rate$delay ]] || usage_error "link: --$state cannot be combined with --rate or --delay"
  case $state in
    down) link_down "$host" "$network" ;;
    up) link_reset "$host" "$network" ;;
    *) [[ -n $rate$delay ]] || usage_error "link: say --rate, --delay, --down or --up"
       link_shape "$host" "$network" "$rate" "$delay" ;;
  esac
}
