# Where things are and which hosts there are.
#
# LAB_HOSTS: words "name:root[:shape]". root says whose libvirt and QEMU the host runs: "/" for this machine's own, or a Debian
# suite, which gets a root directory in LAB_DIR/roots. shape is kept free: `lab numa` invents one.
# `up --with-h3` adds a host to the table until the next `down`.

LAB_DIR=${LAB_DIR:-/var/tmp/virtmigration-lab}
LAB_HOSTS=${LAB_HOSTS:-"h1:/ h2:/"}
ADDED_HOST=h3:trixie                # what --with-h3 adds
ADDED=$LAB_DIR/added-host           # exists, with that word in it, while it is added
SHARED=$LAB_DIR/shared              # the storage that all hosts see under the same path
HOME_DIR=$LAB_DIR/home              # VIRTMIGRATION_HOME

# An unix socket's path has 107 bytes; the longest below LAB_DIR is hosts/h1/run/libvirt/libvirt-sock.
[[ $LAB_DIR == /* && ${#LAB_DIR} -le 60 && $LAB_DIR != *[[:space:]]* ]] ||
  usage_error "LAB_DIR '$LAB_DIR' must be absolute, at most 60 characters, without blanks"

declare -A HOST_ROOT=()
ALL_HOSTS=()

# read_host_table: LAB_HOSTS into ALL_HOSTS and HOST_ROOT.
read_host_table() {
  local word name root shape
  for word in $LAB_HOSTS; do
    IFS=: read -r name root shape <<<"$word"
    [[ $name =~ ^h[1-9]$ ]] || usage_error "LAB_HOSTS: host name '$name' must be h1 to h9"
    [[ $root == / || $root =~ ^[a-z]+$ ]] ||
      usage_error "LAB_HOSTS: root '$root' of $name must be / (this machine's libvirt) or a Debian suite like trixie"
    [[ -z $shape ]] || usage_error "LAB_HOSTS: shape '$shape' of $name: a running host gets one by lab numa"
    [[ -z ${HOST_ROOT[$name]:-} ]] || usage_error "LAB_HOSTS: $name is there twice"
    ALL_HOSTS+=("$name")
    HOST_ROOT[$name]=$root
  done
}

# add_host: the host of --with-h3 into the table, unless LAB_HOSTS has one of that name.
add_host() {
  local name=${ADDED_HOST%%:*}
  [[ -z ${HOST_ROOT[$name]:-} ]] || return 0
  ALL_HOSTS+=("$name")
  HOST_ROOT[$name]=${ADDED_HOST#*:}
}
read_host_table
[[ ! -e $ADDED ]] || add_host

# The address of a host and its UUID follow from the digit of its name.
host_number() { printf '%s' "$((10 + ${1#h}))"; }
host_address() { case $2 in management) printf '10.77.0.%s' "$(host_number "$1")" ;; migration) printf '10.78.0.%s' "$(host_number "$1")" ;; esac; }
# The MAC is the address in hexadecimal: 52:54:00, then its second, third and fourth byte.
host_mac() { local byte; IFS=. read -ra byte <<<"$(host_address "$1" "$2")"; printf '52:54:00:%02x:%02x:%02x' "${byte[@]:1}"; }
host_uuid() { printf '6c616200-0000-4000-8000-0000000000%s' "$(host_number "$1")"; }
# root_dir SUITE; host_root HOST: the root directory of a suite and of a host, "" for this machine's own.
root_dir() { printf '%s/roots/%s' "$LAB_DIR" "$1"; }
host_root() { [[ ${HOST_ROOT[$1]} == / ]] || root_dir "${HOST_ROOT[$1]}"; }
host_dir() { printf '%s/hosts/%s' "$LAB_DIR" "$1"; }
host_uri() { printf 'qemu+tcp://%s/system' "$(host_address "$1" management)"; }

# require_host NAME: a usage error unless the table has it.
require_host() { [[ -n ${1:-} && -n ${HOST_ROOT[$1]:-} ]] || usage_error "no host '${1:-}'; there are: ${ALL_HOSTS[*]}"; }

# require_running HOST: dies unless the host is up.
require_running() {
  require_host "$1"
  host_alive "$1" || die "host $1 is not running; start it with: lab up"
}
