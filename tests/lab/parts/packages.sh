# The Debian packages of the lab.

# What must exist, and the package that brings it. libvirt-daemon-system is not needed: it only adds
# configuration, users and service units, and the lab writes its own configuration.
PACKAGES=(
  /usr/sbin/libvirtd libvirt-daemon
  /usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so libvirt-daemon-driver-qemu
  /usr/bin/virsh libvirt-clients
  /usr/bin/qemu-system-x86_64 qemu-system-x86
  /usr/bin/cpio cpio
  /usr/bin/gcc gcc
  /usr/bin/openssl openssl
  /usr/bin/strip binutils
  /usr/lib/x86_64-linux-gnu/libc.a libc6-dev
  /usr/sbin/tc iproute2
)

# What the root directory of a newer suite needs, where libvirt comes in more packages.
ROOT_PACKAGES=(libvirt-daemon libvirt-daemon-driver-qemu libvirt-daemon-driver-nodedev libvirt-clients qemu-system-x86 iproute2 procps)

# install_packages FILE PACKAGE...: installs the packages whose file is missing, without starting any service.
install_packages() {
  local missing=() policy=/usr/sbin/policy-rc.d made_policy=
  while (($#)); do
    [[ -e $1 ]] || missing+=("$2")
    shift 2
  done
  ((${#missing[@]})) || return 0
  note "installing ${missing[*]}"
  # A libvirtd of the machine itself would be in nobody's namespace and outlive the lab.
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made_policy=yes
  fi
  local status=0
  DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install "${missing[@]}" \
    </dev/null >"$LAB_DIR/packages.log" 2>&1 || status=$?
  [[ -z $made_policy ]] || rm -f "$policy"
  ((status == 0)) || die "apt-get install ${missing[*]} failed; see $LAB_DIR/packages.log (an apt-get update may help)"
}
