# Where things are and which hosts there are.
#
# LAB_HOSTS: words "name:root[:shape]". root is the root directory whose libvirt and QEMU the host runs, "/" for this
# machine's own; shape would be an invented topology. Only "/" without a shape can be made today.

LAB_DIR=${LAB_DIR:-/var/tmp/virtmigration-lab}
LAB_HOSTS=${LAB_HOSTS:-"h1:/ h2:/"}
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
    [[ $root == / ]] || usage_error "LAB_HOSTS: root '$root' of $name: only / (this machine's libvirt) can be used"
    [[ -z $shape ]] || usage_error "LAB_HOSTS: shape '$shape' of $name is not known"
    ALL_HOSTS+=("$name")
    HOST_ROOT[$name]=$root
  done
}
read_host_table

# The address of a host and its UUID follow from the digit of its name.
host_number() { printf '%s' "$((10 + ${1#h}))"; }
host_address() { case $2 in management) printf '10.77.0.%s' "$(host_number "$1")" ;; migration) printf '10.78.0.%s' "$(host_number "$1")" ;; esac; }
# The MAC is the address in hexadecimal: 52:54:00, then its second, third and fourth byte.
host_mac() { local byte; IFS=. read -ra byte <<<"$(host_address "$1" "$2")"; printf '52:54:00:%02x:%02x:%02x' "${byte[@]:1}"; }
host_uuid() { printf '6c616200-0000-4000-8000-0000000000%s' "$(host_number "$1")"; }
host_dir() { printf '%s/hosts/%s' "$LAB_DIR" "$1"; }
host_uri() { printf 'qemu+tcp://%s/system' "$(host_address "$1" management)"; }

# require_host NAME: a usage error unless the table has it.
require_host() { [[ -n ${1:-} && -n ${HOST_ROOT[$1]:-} ]] || usage_error "no host '${1:-}'; there are: ${ALL_HOSTS[*]}"; }

# require_running HOST: dies unless the host is up.
require_running() {
  require_host "$1"
  host_alive "$1" || die "host $1 is not running; start it with: lab up"
}
